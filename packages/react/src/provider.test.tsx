import { expect, it } from 'vitest'
import { describeModes, FRAME, pass } from '../../../test/react/harness.tsx'
import { ConnectionProvider, useConnection, useLastMessage } from './index.ts'

function View() {
  const connection = useConnection<string>()
  const last = useLastMessage(connection)
  return <p>{connection === null ? 'none' : last}</p>
}

describeModes('ConnectionProvider', (setUp) => {
  it('hands its connection to all below, the nearest first', async () => {
    const { server, show, connection } = setUp()
    const given = await connection()
    const { container } = show(
      <ConnectionProvider connection={given}>
        <View />
        <ConnectionProvider connection={null}>
          <View />
        </ConnectionProvider>
      </ConnectionProvider>,
    )
    server.send('hello')
    await pass(FRAME)
    expect(container.innerHTML).toBe('<p>hello</p><p>none</p>')
  })

  it('hands on null where it is given undefined', async () => {
    const { show, connection } = setUp()
    const { container } = show(
      <ConnectionProvider connection={await connection()}>
        <ConnectionProvider connection={undefined}>
          <View />
        </ConnectionProvider>
      </ConnectionProvider>,
    )
    expect(container.innerHTML).toBe('<p>none</p>')
  })

  it('may be absent', () => {
    const { show } = setUp()
    expect(show(<View />).container.textContent).toBe('none')
  })
})
