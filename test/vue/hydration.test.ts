import {
  holdfast,
  useConnection,
  useConnectionState,
  useLastMessage,
  useMessageHistory,
  useMessages,
  useOutbox,
  useWebSocket,
} from '@holdfast/vue'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import {
  type App,
  type Component,
  createSSRApp,
  effectScope,
  h,
  nextTick,
  onBeforeMount,
  onMounted,
  ref,
  Suspense,
} from 'vue'
import { renderToString } from 'vue/server-renderer'
import { component, frame, openConnection, pass, settle, startServer } from './kit.ts'

let warnings: MockInstance[]
let app: App | undefined

beforeEach(() => {
  warnings = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')].map((spy) =>
    spy.mockImplementation(() => {}),
  )
})

afterEach(() => {
  app?.unmount()
  app = undefined
  for (const warning of warnings) expect(warning).not.toHaveBeenCalled()
})

/** Renders as a server does, then hydrates; `use` prepares each app. */
async function hydrate(root: Component, use: (app: App) => void = () => {}): Promise<HTMLElement> {
  const host = document.createElement('div')
  vi.stubGlobal('window', undefined)
  const onServer = createSSRApp(root)
  use(onServer)
  host.innerHTML = await renderToString(onServer)
  vi.stubGlobal('window', globalThis)
  app = createSSRApp(root)
  use(app)
  app.mount(host)
  return host
}

describe('hydration', () => {
  it('sends what setup sends to the URL of that moment', async () => {
    const server = startServer()
    await hydrate(
      component(() => {
        const url = ref('ws://fake.test/a')
        const { send } = useWebSocket(url)
        send('1')
        url.value = 'ws://fake.test/b'
        send('2')
        return () => h('p')
      }),
    )
    await pass(10)
    const open = server.live.map((socket) => [socket.url, ...socket.messages])
    expect(open).toEqual([['ws://fake.test/b', '2']])
  })

  it('finds what the server rendered, and connects', async () => {
    const server = startServer()
    const App = component(() => {
      const { status, lastMessage, outbox, connection, send } = useWebSocket('ws://fake.test')
      const history = useMessageHistory(connection, 2)
      onMounted(() => send('mounted'))
      return () =>
        h('p', { title: String(connection.value === null) }, [
          h('i', status.value),
          h('b', [lastMessage.value, outbox.value.queued, history.value.length].join()),
        ])
    })
    const host = await hydrate(App)
    await pass()
    server.send('hello')
    await frame()
    expect(host.innerHTML).toBe('<p title="false"><i>open</i><b>hello,0,1</b></p>')
    expect(server.messages).toEqual(['mounted'])
  })

  it('finds what the server rendered where the connection is open already', async () => {
    const server = startServer()
    const connection = await openConnection()
    useMessages(connection, () => {})
    const seen: string[] = []
    const App = component(() => {
      const given = useWebSocket(connection)
      const state = useConnectionState(connection, ({ status }) => status)
      const last = useLastMessage(useConnection<string>())
      const outbox = useOutbox(useConnection())
      return () => {
        const text = [given.status.value, state.value, last.value, outbox.value.written].join()
        seen.push(text)
        return h('p', text)
      }
    })
    connection.send('one')
    const host = await hydrate(App, (each) => each.use(holdfast({ connection })))
    server.send('hello')
    await frame()
    expect(host.textContent).toBe('open,open,hello,1')
    expect(seen.slice(0, 2)).toEqual(['idle,idle,,0', 'idle,idle,,0'])
  })

  it('shows the present right after the mount, without a wait for a frame', async () => {
    startServer()
    const connection = await openConnection()
    const App = component(() => {
      const status = useConnectionState(connection, (state) => state.status)
      return () => h('p', status.value)
    })
    const host = await hydrate(App)
    await nextTick()
    expect(host.textContent).toBe('open')
  })

  it('queues what is sent before the mount', async () => {
    const server = startServer()
    const App = component(() => {
      const { send, status } = useWebSocket('ws://fake.test')
      send('early')
      return () => h('p', status.value)
    })
    await hydrate(App)
    await pass()
    expect(server.messages).toEqual(['early'])
  })

  it('tells of a bad URL at the mount, and connects to a good one later', async () => {
    const server = startServer()
    const url = ref('ftp://fake.test')
    const errors: unknown[] = []
    const App = component(() => {
      const { status } = useWebSocket(url)
      return () => h('p', status.value)
    })
    const host = await hydrate(App, ({ config }) => {
      config.errorHandler = (error) => errors.push(error)
    })
    expect(errors).toMatchObject([{ code: 'CONFIGURATION' }])
    url.value = 'ws://fake.test'
    await pass(10)
    expect(host.textContent).toBe('open')
    app?.unmount()
    app = undefined
    await settle()
    expect(server.live).toEqual([])
  })

  it('follows a URL that changes between a message and the mount', async () => {
    const server = startServer()
    const url = ref('ws://fake.test/a')
    const App = component(() => {
      const { send, status } = useWebSocket(url)
      send('early')
      onBeforeMount(() => {
        url.value = 'ws://fake.test/b'
      })
      return () => h('p', status.value)
    })
    await hydrate(App)
    await settle()
    expect(server.live.map((socket) => socket.url)).toEqual(['ws://fake.test/b'])
  })

  it('goes on in a scope of its own after the component that was hydrated', async () => {
    const server = startServer()
    const url = ref<string | null>('ws://fake.test/a')
    const scope = effectScope(true)
    const App = component(() => {
      scope.run(() => useWebSocket(url))
      return () => h('p')
    })
    await hydrate(App)
    app?.unmount()
    app = undefined
    url.value = 'ws://fake.test/b'
    await settle()
    expect(server.live.map((socket) => socket.url)).toEqual(['ws://fake.test/b'])
    scope.stop()
    await settle()
    expect(server.live).toEqual([])
  })

  it('waits for a part of the page that is still on its way', async () => {
    vi.spyOn(console, 'info').mockImplementation(() => {})
    const server = startServer()
    const Slow = component(async () => {
      const { status } = useWebSocket('ws://fake.test')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      return () => h('p', status.value)
    })
    const root = component(() => () => h(Suspense, () => h(Slow)))
    const hydrated = hydrate(root)
    await pass(1_000)
    const host = await hydrated
    await pass(500)
    expect([host.textContent, server.connections.length]).toEqual(['idle', 0])
    await pass(600)
    expect(host.textContent).toBe('open')
  })

  it('leaves nothing behind', async () => {
    const server = startServer()
    const App = component(() => {
      const { status } = useWebSocket('ws://fake.test')
      return () => h('p', status.value)
    })
    await hydrate(App, (each) => each.use(holdfast({ url: 'ws://fake.test/plugin' })))
    await pass()
    expect(server.live).toHaveLength(2)
    app?.unmount()
    app = undefined
    await settle()
    expect(server.live).toEqual([])
  })
})
