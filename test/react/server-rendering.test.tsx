import { act } from '@testing-library/react'
import { createElement, Fragment, Profiler, type ReactElement, StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import {
  ConnectionProvider,
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
  function onServer(element: ReturnType<typeof setUp>['app']): string {
    vi.stubGlobal('window', undefined)
    const html = renderToString(element)
    vi.unstubAllGlobals()
    return html.replaceAll('<!-- -->', '')
  }

  it('renders idle, and dials nothing', async () => {
    const { server, app } = setUp()
    expect(onServer(app)).toBe('<button type="button">idle none undefined</button><p>idle,0,undefined,0</p>')
    await pass(1_000)
    expect(server.dials).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  /** Renders on a server, and then in a page. */
  async function hydrate(element: ReactElement, onRecoverableError: () => void): Promise<HTMLElement> {
    const container = document.createElement('div')
    document.body.append(container)
    vi.stubGlobal('window', undefined)
    container.innerHTML = renderToString(element)
    vi.unstubAllGlobals()
    const root = await act(async () => hydrateRoot(container, element, { onRecoverableError }))
    atEnd.push(() => act(() => root.unmount()))
    return container
  }

  it.each([
    ['no URL', null, {}],
    ['enabled: false', ROOM, { enabled: false }],
  ])('is rendered once in the page where nothing differs: %s', async (_, url, options) => {
    function App() {
      const { status, lastMessage, outbox } = useWebSocket(url, options)
      return <p>{[status, String(lastMessage), outbox.queued].join()}</p>
    }
    const onRender = vi.fn()
    const [Mode, complained] = [isStrict ? StrictMode : Fragment, vi.fn()]
    const container = await hydrate(
      <Mode>
        <Profiler id="page" onRender={onRender}>
          <App />
        </Profiler>
      </Mode>,
      complained,
    )
    await pass(100)
    expect(container.textContent).toBe('idle,undefined,0')
    expect(onRender).toHaveBeenCalledTimes(1)
    expect(complained).not.toHaveBeenCalled()
  })

  it('hydrates without a mismatch, dials once, and misses nothing', async () => {
    const { server, app, heard } = setUp()
    server.greeting = 'welcome'
    const complained = vi.fn()
    const container = await hydrate(app, complained)
    await pass(10)
    await pass(FRAME)
    expect(container.textContent).toBe('open one welcomeopen,0,welcome,1')
    expect(server.dials).toEqual([ROOM])
    expect(heard).toEqual(['welcome'])
    expect(complained).not.toHaveBeenCalled()
  })
})
