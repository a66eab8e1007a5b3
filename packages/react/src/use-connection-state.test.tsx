import { expect, it } from 'vitest'
import { describeModes, FRAME, pass } from '../../../test/react/harness.tsx'
import { useConnectionState, useLastMessage } from './index.ts'

describeModes('useConnectionState', (setUp) => {
  it('renders every state at once', async () => {
    const { server, show, connection } = setUp()
    const given = await connection()
    function View() {
      const state = useConnectionState(given)
      return <>{state.status === 'waiting' ? `waiting ${state.delay}` : state.status}</>
    }
    const { container } = show(<View />)
    expect(container.textContent).toBe('open')
    server.drop()
    await pass(10)
    expect(container.textContent).toBe('waiting 1000')
    await pass(1_000)
    expect(container.textContent).toBe('open')
  })

  it('renders for what an inline selector gives, and for nothing else', async () => {
    const harness = setUp()
    const { server, show } = harness
    const given = await harness.connection()
    function View() {
      return <>{useConnectionState(given, (state) => state.status === 'open') ? 'on' : 'off'}</>
    }
    const { container } = show(<View />)
    server.drop()
    server.hang()
    await pass(10)
    expect(container.textContent).toBe('off')
    expect(harness.commits).toBe(2)
    await pass(1_000)
    expect(given.state.status).toBe('connecting')
    expect(harness.commits).toBe(2)
  })

  it('does not select anew for messages', async () => {
    const harness = setUp()
    const given = await harness.connection()
    function Count() {
      useConnectionState(given, ({ status }) => ({ status }))
      return null
    }
    function Beside() {
      useLastMessage(given)
      return null
    }
    harness.show([<Count key="1" />, <Beside key="2" />])
    for (let i = 1; i <= 5; i++) {
      harness.server.send(`${i}`)
      await pass(FRAME)
    }
    expect(harness.commits).toBe(6)
  })

  it('is idle without a connection', () => {
    const { show } = setUp()
    function View() {
      return <>{useConnectionState(null).status + useConnectionState(undefined, ({ attempt }) => attempt)}</>
    }
    expect(show(<View />).container.textContent).toBe('idle0')
  })
})
