import { connect, type RawIncoming, type RawOutgoing } from '@holdfast/core'
import { act } from '@testing-library/react'
import { createElement, Fragment, Profiler, type ReactElement, StrictMode, useEffect } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import {
  ConnectionProvider,
  type MaybeConnection,
  useChannel,
  useConnection,
  useConnectionState,
  useLastMessage,
  useMessageHistory,
  useMessages,
  useOutbox,
  useRequest,
  useWebSocket,
} from '../../packages/react/src/index.ts'
import { backends, ROOM } from './backends.ts'
import { FRAME, pass } from './harness.tsx'
import { atEnd } from './of-this-test.ts'

describe.each([true, false])('on a server, and then in a page (StrictMode: %s)', (isStrict) => {
  function setUp() {
    const server = backends.fake()
    const heard: unknown[] = []
    function Below() {
      const connection = useConnection()
      const [state, outbox] = [useConnectionState(connection), useOutbox(connection)]
      const [last, history] = [useLastMessage(connection), useMessageHistory(connection, 3)]
      useMessages(connection, (message) => heard.push(message))
      const asked = useChannel(connection, { subscribe: () => 'on', filter: () => false })
      const { status } = useRequest(connection, { match: () => false })
      expect([asked, status]).toEqual([undefined, 'idle'])
      return <p>{[state.status, outbox.queued, String(last), history.length].join()}</p>
    }
    function App() {
      const { status, connection, lastMessage, send } = useWebSocket(ROOM, {
        environment: server.environment,
      })
      return (
        <ConnectionProvider connection={connection}>
          <button type="button" onClick={() => send('hello')}>
            {status} {connection === null ? 'none' : 'one'} {String(lastMessage)}
          </button>
          <Below />
        </ConnectionProvider>
      )
    }
    return { server, heard, app: createElement(isStrict ? StrictMode : Fragment, null, <App />) }
  }

  /** As on a host without a window. */
  function onServer(element: ReactElement): string {
    vi.stubGlobal('window', undefined)
    const html = renderToString(element)
    vi.unstubAllGlobals()
    return html
  }

  /** What a page shows, and whether it complained, that came as the HTML of a server. */
  async function hydrate(html: string, app: ReactElement) {
    const container = document.createElement('div')
    document.body.append(container)
    container.innerHTML = html
    const complained = vi.fn()
    const root = await act(async () => hydrateRoot(container, app, { onRecoverableError: complained }))
    atEnd.push(() => act(() => root.unmount()))
    return { container, complained }
  }

  it('renders idle, and dials nothing', async () => {
    const { server, app } = setUp()
    expect(onServer(app).replaceAll('<!-- -->', '')).toBe(
      '<button type="button">idle none undefined</button><p>idle,0,undefined,0</p>',
    )
    await pass(1_000)
    expect(server.dials).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['no URL', null, {}],
    ['enabled: false', ROOM, { enabled: false }],
  ])('is rendered once in the page where nothing differs: %s', async (_, url, options) => {
    function App() {
      const { status, lastMessage, outbox } = useWebSocket(url, options)
      return <p>{[status, String(lastMessage), outbox.queued].join()}</p>
    }
    const onRender = vi.fn()
    const page = createElement(Profiler, { id: 'page', onRender }, <App />)
    const app = createElement(isStrict ? StrictMode : Fragment, null, page)
    const html = onServer(app)
    onRender.mockClear()
    const { container, complained } = await hydrate(html, app)
    await pass(100)
    expect(container.textContent).toBe('idle,undefined,0')
    expect(onRender).toHaveBeenCalledTimes(1)
    expect(complained).not.toHaveBeenCalled()
  })

  it('hydrates without a mismatch, dials once, and misses nothing', async () => {
    const { server, app, heard } = setUp()
    server.greeting = 'welcome'
    const { container, complained } = await hydrate(onServer(app), app)
    await pass(10)
    await pass(FRAME)
    expect(container.textContent).toBe('open one welcomeopen,0,welcome,1')
    expect(server.dials).toEqual([ROOM])
    expect(heard).toEqual(['welcome'])
    expect(complained).not.toHaveBeenCalled()
  })

  it("hydrates without a mismatch over a connection of the user's own that is open by then", async () => {
    const { server } = setUp()
    const given = connect(ROOM, { environment: server.environment })
    atEnd.unshift(() => void given.close())
    await pass(10)
    expect(given.state.status).toBe('open')
    const seen = new Set<string>()
    function View({ connection }: { connection: MaybeConnection<RawIncoming, RawOutgoing> }) {
      const { status } = useWebSocket(connection)
      const history = useMessageHistory(connection, 3)
      const [state, outbox] = [useConnectionState(connection), useOutbox(connection)]
      const text = [status, state.status, outbox.accepted, history.length].join()
      useEffect(() => void seen.add(text))
      return <p>{text}</p>
    }
    const app = (connection: typeof given | null) => {
      return createElement(isStrict ? StrictMode : Fragment, null, <View connection={connection} />)
    }
    given.send('hello')
    const html = onServer(app(null))
    expect(html).toBe('<p>idle,idle,0,0</p>')
    expect(onServer(app(given))).toBe(html)
    const { container, complained } = await hydrate(html, app(given))
    await pass(FRAME)
    expect([...seen]).toEqual(['idle,idle,0,0', 'open,open,1,0'])
    expect(container.textContent).toBe('open,open,1,0')
    expect(complained).not.toHaveBeenCalled()
  })
})
