// @vitest-environment node
import { connect } from '@holdfast/core'
import {
  holdfast,
  useChannel,
  useConnection,
  useConnectionState,
  useLastMessage,
  useMessageHistory,
  useMessages,
  useOutbox,
  useRequest,
  useWebSocket,
} from '@holdfast/vue'
import { describe, expect, it, vi } from 'vitest'
import { createSSRApp, effectScope, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { component, openConnection, pass, startServer } from './kit.ts'

describe('on a server', () => {
  it('renders idle, dials nothing and leaves no timer', async () => {
    const server = startServer()
    const sent: boolean[] = []
    const App = component(() => {
      const { status, lastMessage, outbox, connection, send } = useWebSocket('/relative')
      sent.push(send('never'))
      useMessages(connection, () => {})
      const history = useMessageHistory(connection, 3)
      return () =>
        h(
          'p',
          [
            status.value,
            lastMessage.value,
            outbox.value.queued,
            history.value.length,
            connection.value,
          ].join(),
        )
    })
    expect(await renderToString(createSSRApp(App))).toBe('<p>idle,,0,0,</p>')
    await pass(10_000)
    expect(sent).toEqual([false])
    expect(server.connections).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('subscribes to no channel and makes no request, with a connection of the page too', async () => {
    const server = startServer()
    const connection = await openConnection()
    const App = component(() => {
      const newest = useChannel(connection, { subscribe: () => 'on', filter: () => false })
      const { status, request } = useRequest(connection, { match: () => false })
      request('never').catch(() => {})
      return () => h('p', [newest.value, status.value].join())
    })
    expect(await renderToString(createSSRApp(App))).toBe('<p>,pending</p>')
    await pass(100)
    expect(server.messages).toEqual([])
  })

  it('does not ask for a URL, which may need what only a browser has', async () => {
    const App = component(() => {
      const { status } = useWebSocket(() => `wss://${location.host}/live`)
      return () => h('p', status.value)
    })
    expect(await renderToString(createSSRApp(App))).toBe('<p>idle</p>')
  })

  it('makes no connection for the plugin', async () => {
    const server = startServer()
    const App = component(() => {
      const connection = useConnection()
      const status = useConnectionState(connection, (state) => state.status)
      return () => h('p', `${status.value} ${connection.value}`)
    })
    const app = createSSRApp(App).use(holdfast({ url: 'ws://fake.test' }))
    expect(await renderToString(app)).toBe('<p>idle null</p>')
    await pass(10_000)
    expect(server.connections).toEqual([])
  })

  it('renders idle for a connection that the server itself has, and listens for nothing', async () => {
    startServer()
    const connection = connect('ws://fake.test/upstream', { lazy: true })
    const App = component(() => {
      useMessages(connection, () => {})
      const { status, send } = useWebSocket(connection)
      const values = [useLastMessage(connection), useOutbox(connection), useMessageHistory(connection, 1)]
      return () => h('p', `${status.value} ${send('never')} ${values.length}`)
    })
    expect(await renderToString(createSSRApp(App))).toBe('<p>idle false 3</p>')
    await pass()
    expect(connection.state.status).toBe('idle')
    expect(connection.outbox.accepted).toBe(0)
  })

  it('does nothing in an effect scope of its own either, as in a store', async () => {
    const server = startServer()
    const status = effectScope(true).run(() => useWebSocket('ws://fake.test').status.value)
    await pass()
    expect(status).toBe('idle')
    expect(server.connections).toEqual([])
  })
})
