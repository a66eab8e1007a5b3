import { act } from '@testing-library/react'
import { useLayoutEffect } from 'react'
import { expect, it } from 'vitest'
import { describeModes, FRAME, pass } from '../../../test/react/harness.tsx'
import { complaints } from '../../../test/react/of-this-test.ts'
import { useMessageHistory } from './index.ts'

describeModes('useMessageHistory', (setUp) => {
  it('shows the newest messages, oldest first, over reconnects, once a frame', async () => {
    const harness = setUp()
    const connection = await harness.connection()
    function View() {
      return <>{useMessageHistory(connection, 3).join(' ')}</>
    }
    const { container } = harness.show(<View />)
    await act(async () => {
      for (let i = 1; i <= 1_000; i++) harness.server.send(`${i}`)
    })
    await pass(FRAME)
    expect(container.textContent).toBe('998 999 1000')
    expect(harness.commits).toBe(2)
    harness.server.drop()
    await pass(1_010)
    harness.server.send('back')
    await pass(FRAME)
    expect(container.textContent).toBe('999 1000 back')
  })

  it('keeps what it has when the limit changes, and begins anew with another connection', async () => {
    const harness = setUp()
    const connections = [await harness.connection(), await harness.connection()]
    function View({ limit, index }: { limit: number; index: number }) {
      return <>{useMessageHistory(connections[index], limit).join(' ')}</>
    }
    const { container, rerender } = harness.show(<View limit={2} index={0} />)
    for (const text of ['1', '2', '3']) harness.server.send(text)
    await pass(FRAME)
    rerender(<View limit={4} index={0} />)
    for (const text of ['4', '5']) harness.server.send(text)
    await pass(FRAME)
    expect(container.textContent).toBe('2 3 4 5')
    rerender(<View limit={1} index={0} />)
    expect(container.textContent).toBe('5')
    rerender(<View limit={1} index={1} />)
    expect(container.textContent).toBe('')
  })

  it('takes the limit of the render that brings the connection, and shows no more than that of each', async () => {
    const harness = setUp()
    const connection = await harness.connection()
    const shown: number[] = []
    function View({ limit, isThere }: { limit: number; isThere: boolean }) {
      const { length } = useMessageHistory(isThere ? connection : null, limit)
      useLayoutEffect(() => void shown.push(length))
      return null
    }
    const { rerender } = harness.show(<View limit={0} isThere={false} />)
    rerender(<View limit={5} isThere />)
    await pass(10)
    for (const text of ['1', '2', '3', '4', '5']) harness.server.send(text)
    await pass(FRAME)
    expect(shown.at(-1)).toBe(5)
    shown.length = 0
    rerender(<View limit={2} isThere />)
    await pass(FRAME)
    expect(new Set(shown)).toEqual(new Set([2]))
  })

  it('throws for a limit that is none', () => {
    const { show } = setUp()
    function View({ connection }: { connection: null }) {
      return <>{useMessageHistory(connection, 0).length}</>
    }
    // Without a connection nothing is kept, and nothing is checked.
    expect(show(<View connection={null} />).container.textContent).toBe('0')
    expect(complaints).toEqual([])
  })
})
