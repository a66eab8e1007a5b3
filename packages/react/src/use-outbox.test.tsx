import { act } from '@testing-library/react'
import { expect, it } from 'vitest'
import { describeModes, FRAME, pass } from '../../../test/react/harness.tsx'
import { useOutbox } from './index.ts'

describeModes('useOutbox', (setUp) => {
  it('shows the present at the first render, and then at most once a frame', async () => {
    const harness = setUp()
    const connection = await harness.connection({ lazy: true })
    connection.send('before')
    function View() {
      const { accepted, written, queued } = useOutbox(connection)
      return <>{`${accepted} = ${written} + ${queued}`}</>
    }
    const { container } = harness.show(<View />)
    expect(container.textContent).toBe('1 = 0 + 1')
    await pass(100)
    expect(container.textContent).toBe('1 = 1 + 0')
    const before = harness.commits
    await act(async () => {
      for (let i = 0; i < 100; i++) connection.send(`${i}`)
    })
    await pass(FRAME)
    expect(container.textContent).toBe('101 = 101 + 0')
    // One more where messages leave the native buffer later.
    expect(harness.commits - before).toBeLessThanOrEqual(2)
  })

  it('takes null', () => {
    const { show } = setUp()
    function View() {
      return <>{useOutbox(null).queued}</>
    }
    expect(show(<View />).container.textContent).toBe('0')
  })
})
