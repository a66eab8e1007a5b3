import { type ConnectionEvent, json, type RawIncoming, type RawOutgoing } from '@holdfast/core'
import { memoryOutbox } from '@holdfast/core/testing'
import { act } from '@testing-library/react'
import { Component, type ReactNode, Suspense, useEffect, useLayoutEffect } from 'react'
import { expect, it, vi } from 'vitest'
import { ELSEWHERE, LOBBY, ROOM } from '../../../test/react/backends.ts'
import { describeModes, pass } from '../../../test/react/harness.tsx'
import { complaints } from '../../../test/react/of-this-test.ts'
import {
  type RawOptions,
  type ReleaseReport,
  type UseWebSocketReturn,
  useMessages,
  useWebSocket,
} from './index.ts'

type Socket = UseWebSocketReturn<RawIncoming, RawOutgoing>

/** Renders the status, and gives what the hook returned. */
function View({
  url,
  onRender,
  ...options
}: RawOptions & { url: string | null; onRender?: (socket: Socket) => void }) {
  const socket = useWebSocket(url, options)
  onRender?.(socket)
  return <p>{socket.status}</p>
}

describeModes('useWebSocket', (setUp) => {
  it('renders idle, dials after mount, and renders each state', async () => {
    const { server, show, options } = setUp()
    const statuses = new Set<string>()
    const { container } = show(
      <View url={ROOM} {...options} onRender={({ status }) => statuses.add(status)} />,
    )
    await pass(10)
    expect(container.textContent).toBe('open')
    expect([...statuses]).toEqual(['idle', 'connecting', 'open'])
    expect(server.dials).toEqual([ROOM])
  })

  it('closes its socket after unmount, and leaves nothing', async () => {
    const { server, show, options } = setUp()
    const { unmount } = show(<View url={ROOM} {...options} />)
    await pass(10)
    unmount()
    await pass(200)
    expect(server.live).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('delivers, and rejects where there is nobody to deliver to', async () => {
    const { server, show, options } = setUp()
    const sockets: Socket[] = []
    const { rerender } = show(<View url={ROOM} {...options} onRender={(socket) => sockets.push(socket)} />)
    const deliver = sockets.at(-1)?.deliver
    const receipt = deliver?.('hello')
    await pass(10)
    await expect(receipt).resolves.toEqual({ status: 'written' })
    expect(server.received).toEqual(['hello'])
    rerender(<View url={null} {...options} onRender={(socket) => sockets.push(socket)} />)
    for (const anyDeliver of [deliver, sockets.at(-1)?.deliver]) {
      await expect(anyDeliver?.('hello')).rejects.toMatchObject({ code: 'CLOSED', reason: 'closed' })
    }
  })

  it('leaves nothing when unmounted before the connection is open', async () => {
    const { server, show, options } = setUp()
    server.hang()
    const { unmount } = show(<View url={ROOM} {...options} />)
    await pass(10)
    expect(server.live).toEqual([ROOM])
    unmount()
    await pass(200)
    expect(server.live).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves nothing when unmounted while it waits to come back', async () => {
    const { server, show, options } = setUp()
    const { unmount, container } = show(<View url={ROOM} {...options} />)
    await pass(10)
    server.drop()
    await pass(10)
    expect(container.textContent).toBe('waiting')
    unmount()
    await pass(20_000)
    expect(server.dials).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('keeps its socket through a fast remount', async () => {
    const { server, show, options } = setUp()
    const { rerender, container } = show(<View key="1" url={ROOM} {...options} />)
    await pass(10)
    rerender(<View key="2" url={ROOM} {...options} />)
    expect(container.textContent).toBe('open')
    rerender(null)
    await pass(50)
    rerender(<View key="3" url={ROOM} {...options} />)
    await pass(1_000)
    expect(container.textContent).toBe('open')
    expect(server.dials).toEqual([ROOM])
  })

  it('shares a connection, and its one retry, among ten components with one key', async () => {
    const { server, show, options } = setUp()
    const ten = Array.from({ length: 10 }, (_, index) => index)
    const ask = vi.fn(() => ROOM)
    function One() {
      return <>{useWebSocket(ask, { ...options, key: 'one' }).status} </>
    }
    const { container } = show(ten.map((index) => <One key={index} />))
    await pass(10)
    expect(container.textContent).toBe('open '.repeat(10))
    server.drop()
    await pass(1_010)
    expect(server.dials).toEqual([ROOM, ROOM])
    expect(ask).toHaveBeenCalledTimes(2)
    expect(container.textContent).toBe('open '.repeat(10))
  })

  it('does not share what a URL function leads to, without a key', async () => {
    const { server, show, options } = setUp()
    function One() {
      return <>{useWebSocket(() => ROOM, options).status}</>
    }
    show([<One key="1" />, <One key="2" />])
    await pass(10)
    expect(server.dials).toEqual([ROOM, ROOM])
  })

  it('never reconnects for inline functions, and calls the newest', async () => {
    const { server, show, options } = setUp()
    const calls: string[] = []
    function One({ version }: { version: number }) {
      const { send, lastMessage } = useWebSocket<string>(
        () => {
          calls.push(`url ${version}`)
          return ROOM
        },
        {
          ...options,
          codec: { encode: (text) => `${version} ${text}`, decode: (data) => `${version} ${data}` },
          reconnect: {
            ...options.reconnect,
            shouldReconnect: () => {
              calls.push(`shouldReconnect ${version}`)
              return undefined
            },
          },
        },
      )
      return (
        <button type="button" onClick={() => send('hello')}>
          {lastMessage}
        </button>
      )
    }
    const { rerender, container } = show(<One version={1} />)
    await pass(10)
    for (let version = 2; version <= 5; version++) rerender(<One version={version} />)
    await pass(10)
    expect(server.dials).toHaveLength(1)
    container.querySelector('button')?.click()
    server.send('there')
    await pass(100)
    expect(server.received).toEqual(['5 hello'])
    expect(container.textContent).toBe('5 there')
    server.drop()
    await pass(1_010)
    expect(calls).toEqual(['url 1', 'shouldReconnect 5', 'url 5'])
  })

  it('tells of different plain data for one connection on errors$, and keeps the first', async () => {
    const { server, show, options } = setUp()
    const codes: string[] = []
    function Listening({ timeout }: { timeout: number }) {
      const { connection } = useWebSocket(ROOM, { ...options, key: 'one', connectTimeout: timeout })
      useEffect(() => {
        const subscription = connection?.errors$.subscribe(({ code }) => codes.push(code))
        return () => subscription?.unsubscribe()
      }, [connection])
      return null
    }
    const { rerender } = show([<Listening key="1" timeout={5} />, <Listening key="2" timeout={5} />])
    await pass(10)
    expect(codes).toEqual([])
    rerender([<Listening key="1" timeout={5} />, <Listening key="2" timeout={6} />])
    await pass(10)
    // Both listen.
    expect(codes).toEqual(['CONFIGURATION', 'CONFIGURATION'])
    expect(server.dials).toEqual([ROOM])
  })

  it.each([
    ['URL', { url: LOBBY, protocols: 'v1' }],
    ['protocol', { url: ROOM, protocols: 'v2' }],
  ])('closes the old connection when the %s changes, and reports its queue', async (_, next) => {
    const { server, show, options } = setUp()
    server.hang()
    const reports: ReleaseReport[] = []
    const sockets: Socket[] = []
    const view = (url: string, protocols: string) => (
      <View
        url={url}
        protocols={protocols}
        {...options}
        onRender={(socket) => sockets.push(socket)}
        onRelease={(report) => reports.push(report)}
      />
    )
    const { rerender } = show(view(ROOM, 'v1'))
    await pass(10)
    expect(sockets.at(-1)?.send('lost')).toBe(true)
    rerender(view(next.url, next.protocols))
    await pass(10)
    expect(server.live).toEqual([next.url])
    expect(reports).toMatchObject([{ undelivered: ['lost'], moved: 0 }])
  })

  it.each([
    ['goes over to the same origin', LOBBY, 1],
    ['stays away from another origin', ELSEWHERE, 0],
  ])('what was queued %s with handover', async (_, url, moved) => {
    const { server, show, options } = setUp()
    const reports: ReleaseReport[] = []
    let send: Socket['send'] | undefined
    const view = (to: string | null) => (
      <View
        url={to}
        {...options}
        handover="move"
        onRender={(socket) => {
          send = socket.send
        }}
        onRelease={(report) => reports.push(report)}
      />
    )
    const { rerender } = show(view(ROOM))
    await pass(10)
    server.drop()
    await pass(10)
    send?.('kept')
    rerender(view(url))
    await pass(20)
    expect(server.live).toEqual([url])
    expect(server.received).toEqual(moved ? ['kept'] : [])
    expect(reports).toMatchObject([{ moved, undelivered: moved ? [] : ['kept'] }])
  })

  it('sends what was queued in a storage once a component asks for it again', async () => {
    const { server, show, options } = setUp()
    const queue = { storage: memoryOutbox() }
    const reports: ReleaseReport[] = []
    let send: Socket['send'] | undefined
    const view = (
      <View
        url={ROOM}
        {...options}
        queue={queue}
        onRender={(socket) => {
          send = socket.send
        }}
        onRelease={(report) => reports.push(report)}
      />
    )
    const { rerender } = show(view)
    await pass(10)
    server.drop()
    await pass(10)
    send?.('written in a lift')
    rerender(<p>Another route</p>)
    await pass(200)
    expect(server.live).toEqual([])
    expect(reports).toMatchObject([{ stored: ['written in a lift'], undelivered: [] }])
    rerender(view)
    await pass(50)
    expect(server.received).toEqual(['written in a lift'])
  })

  it('is not connected with null, undefined or enabled: false', async () => {
    const { server, show, options } = setUp()
    const sockets: Socket[] = []
    const view = (url: string | null, enabled = true) => (
      <View url={url} enabled={enabled} {...options} onRender={(socket) => sockets.push(socket)} />
    )
    const { rerender, container } = show(view(null))
    await pass(10)
    expect(container.textContent).toBe('idle')
    expect(sockets.at(-1)).toMatchObject({ connection: null, lastMessage: undefined, outbox: { queued: 0 } })
    expect(sockets.at(-1)?.send('nobody')).toBe(false)
    rerender(view(ROOM))
    await pass(10)
    rerender(view(ROOM, false))
    await pass(10)
    expect(container.textContent).toBe('idle')
    expect(server.dials).toEqual([ROOM])
    expect(server.live).toEqual([])
  })

  it('takes a connection, and leaves it open', async () => {
    const { server, show, connection } = setUp()
    const given = await connection()
    function Given() {
      const socket = useWebSocket(given)
      expect(socket.connection).toBe(given)
      return <>{socket.status}</>
    }
    const { container, unmount } = show(<Given />)
    expect(container.textContent).toBe('open')
    unmount()
    await pass(1_000)
    expect(server.live).toEqual([ROOM])
  })

  it('sends by one function for each connection, also from the effects of children, before the first dial', async () => {
    const { server, show, options } = setUp()
    const sends = new Map<string, Set<unknown>>([ROOM, LOBBY].map((url) => [url, new Set()]))
    function Child({ send, url }: { send: Socket['send']; url: string }) {
      useEffect(() => {
        sends.get(url)?.add(send)
        expect(send('from a child')).toBe(true)
      }, [send, url])
      return null
    }
    const accepted = new Map<string, number>()
    function Parent({ url }: { url: string }) {
      const { send, status, connection } = useWebSocket(url, options)
      useEffect(() => void accepted.set(url, connection?.outbox.accepted ?? 0))
      return (
        <>
          {status}
          <Child key={url} send={send} url={url} />
        </>
      )
    }
    const { rerender } = show(<Parent url={ROOM} />)
    await pass(20)
    rerender(<Parent url={LOBBY} />)
    await pass(20)
    expect(new Set(server.received)).toEqual(new Set(['from a child']))
    expect(server.live).toEqual([LOBBY])
    // StrictMode runs effects twice.
    for (const url of [ROOM, LOBBY]) expect(accepted.get(url)).toBeGreaterThanOrEqual(1)
    for (const all of sends.values()) expect(all.size).toBe(1)
  })

  it('sends what a clean-up sends over the connection that it is of, and anything later over the present one', async () => {
    const { server, show, options } = setUp()
    type Send = (message: string) => boolean
    const sends: Send[] = []
    const sent: string[] = []
    /** Notes over which connection a message goes. */
    const over = (url: string) => ({
      ...options,
      codec: {
        encode(message: string) {
          sent.push(`${url}: ${message}`)
          return message
        },
        decode: String,
      },
    })
    function Child({ send, url }: { send: Send; url: string }) {
      useEffect(() => () => void send(`child leaves ${url}`), [send, url])
      return null
    }
    function Room({ url }: { url: string }) {
      const { send } = useWebSocket(url, over(url))
      sends.push(send)
      useLayoutEffect(() => () => void send(`layout leaves ${url}`), [send, url])
      useEffect(() => {
        send(`joins ${url}`)
        return () => void send(`leaves ${url}`)
      }, [send, url])
      return <Child send={send} url={url} />
    }
    const { rerender } = show(<Room url={ROOM} />)
    await pass(20)
    const first = sends.at(-1)
    sent.length = 0
    rerender(<Room url={LOBBY} />)
    await pass(20)
    const leaving = ['layout leaves', 'child leaves', 'leaves'].map((what) => `${what} ${ROOM}`)
    expect(sent).toEqual([...leaving.map((message) => `${ROOM}: ${message}`), `${LOBBY}: joins ${LOBBY}`])
    expect(server.received.slice(-4)).toEqual(expect.arrayContaining([...leaving, `joins ${LOBBY}`]))
    // Nobody holds the first one any more.
    sent.length = 0
    expect(first?.('late')).toBe(true)
    expect(sent).toEqual([`${LOBBY}: late`])
  })

  /** A room whose child greets as soon as it can. */
  function setUpGreeting(options: RawOptions) {
    const accepted: boolean[] = []
    const room: { socket?: Socket } = {}
    function Greeting({ send, url }: { send: Socket['send']; url: string }) {
      useEffect(() => {
        accepted.push(send(`hello ${url}`))
      }, [send, url])
      return null
    }
    function Room({ url }: { url: string }) {
      const socket = useWebSocket(url, options)
      room.socket = socket
      return (
        <>
          {socket.status}
          <Greeting send={socket.send} url={url} />
        </>
      )
    }
    return { Room, room, accepted }
  }

  it("sends what a child's effect sends behind what is moved to the new URL", async () => {
    const { server, show, options } = setUp()
    const { Room, room } = setUpGreeting({ ...options, handover: 'move' })
    const { rerender } = show(<Room url={ROOM} />)
    await pass(10)
    server.drop()
    await pass(10)
    room.socket?.send('1')
    room.socket?.send('2')
    rerender(<Room url={LOBBY} />)
    await pass(20)
    const received = server.received.filter((message) => message !== `hello ${ROOM}`)
    expect(received).toEqual(['1', '2', `hello ${LOBBY}`])
  })

  it("takes what a child's effect sends over a connection that a remount opens anew", async () => {
    const { server, show, options } = setUp()
    const { Room, room, accepted } = setUpGreeting(options)
    const { rerender, container } = show(<Room key="1" url={ROOM} />)
    await pass(10)
    act(() => void room.socket?.connection?.close())
    await pass(10)
    expect(container.textContent).toBe('closed')
    const before = server.received.length
    accepted.length = 0
    rerender(<Room key="2" url={ROOM} />)
    await pass(20)
    expect(accepted).not.toContain(false)
    expect(server.received.length).toBeGreaterThan(before)
  })

  it('takes hold of nothing for what is sent after it is gone', async () => {
    const { server, show, options } = setUp()
    const { Room, room } = setUpGreeting(options)
    const { unmount } = show(<Room url={ROOM} />)
    await pass(10)
    unmount()
    await pass(200)
    expect(room.socket?.send('late')).toBe(false)
    await pass(200)
    expect(server.live).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('returns false from send for a full queue and after close, and throws for what cannot be encoded', async () => {
    const { server, show, options } = setUp()
    server.hang()
    let socket: UseWebSocketReturn<unknown, unknown> | undefined
    const codes: string[] = []
    function Full() {
      socket = useWebSocket(ROOM, { ...options, codec: json(), queue: { maxMessages: 1 } })
      return null
    }
    show(<Full />)
    await pass(10)
    socket?.connection?.errors$.subscribe(({ code }) => codes.push(code))
    expect(socket?.send(1)).toBe(true)
    expect(socket?.send(2)).toBe(false)
    expect(() => socket?.send(2n)).toThrow(expect.objectContaining({ code: 'ENCODE' }))
    socket?.connection?.close()
    expect(socket?.send(3)).toBe(false)
    expect(codes).toEqual(['OVERFLOW', 'CLOSED'])
  })

  it('throws a bad option while rendering, for an error boundary', () => {
    const { show, options } = setUp()
    const { container } = show(
      <Boundary>
        <View url={ROOM} {...options} connectTimeout={-1} />
      </Boundary>,
    )
    expect(container.textContent).toContain('CONFIGURATION')
    expect(complaints.splice(0)).not.toEqual([])
  })

  it('leaves nothing when a child throws, at mount and later', async () => {
    const { server, show, options } = setUp()
    function Child({ fails }: { fails: boolean }) {
      if (fails) throw new Error('Failed')
      return null
    }
    const tree = (fails: boolean, key: string) => (
      <Boundary key={key}>
        <View url={ROOM} {...options} />
        <Child fails={fails} />
      </Boundary>
    )
    const { rerender } = show(tree(true, '1'))
    await pass(200)
    expect(server.dials).toEqual([])
    rerender(tree(false, '2'))
    await pass(200)
    expect(server.live).toEqual([ROOM])
    rerender(tree(true, '2'))
    await pass(200)
    expect(server.live).toEqual([])
    await pass(20_000)
    expect(vi.getTimerCount()).toBe(0)
    expect(complaints.splice(0)).not.toEqual([])
  })

  it('dials once when its component suspends before the first commit', async () => {
    const { server, show, options } = setUp()
    const data = deferred()
    function Suspending() {
      const { status } = useWebSocket(ROOM, options)
      data.read()
      return <>{status}</>
    }
    const { container } = show(
      <Suspense fallback="loading">
        <Suspending />
      </Suspense>,
    )
    await pass(100)
    expect(container.textContent).toBe('loading')
    expect(server.dials).toEqual([])
    await act(async () => data.resolve())
    await pass(10)
    expect(container.textContent).toBe('open')
    expect(server.dials).toEqual([ROOM])
  })

  it('keeps its connection, and every message, while a boundary above it falls back', async () => {
    const { server, show, options } = setUp()
    const data = deferred()
    const messages: unknown[] = []
    function Listening() {
      const { connection, status } = useWebSocket(ROOM, options)
      useMessages(connection, (message) => messages.push(message))
      return <>{status}</>
    }
    function Sibling({ suspends }: { suspends: boolean }) {
      if (suspends) data.read()
      return null
    }
    const tree = (suspends: boolean) => (
      <Suspense fallback="loading">
        <Listening />
        <Sibling suspends={suspends} />
      </Suspense>
    )
    const { rerender, container } = show(tree(false))
    await pass(10)
    rerender(tree(true))
    await pass(1_000)
    expect(container.textContent).toContain('loading')
    server.send('while hidden')
    await act(async () => data.resolve())
    expect(container.textContent).toBe('open')
    expect(messages).toEqual(['while hidden'])
    expect(server.dials).toEqual([ROOM])
  })

  it('tells events of shared connections to whoever subscribes in an effect', async () => {
    const { show, options } = setUp()
    const types: ConnectionEvent['type'][] = []
    function Watching() {
      const { connection } = useWebSocket(ROOM, options)
      useEffect(() => {
        const subscription = connection?.events$.subscribe(({ type }) => types.push(type))
        return () => subscription?.unsubscribe()
      }, [connection])
      return null
    }
    show(<Watching />)
    await pass(10)
    expect(types).toContain('state')
  })
})

class Boundary extends Component<{ children: ReactNode }, { message?: string }> {
  override state: { message?: string } = {}

  static getDerivedStateFromError(error: Error & { code?: string }) {
    return { message: `${error.code} ${error.message}` }
  }

  override render() {
    return this.state.message ?? this.props.children
  }
}

/** A promise to suspend on, the way that works with React 18 too. */
function deferred() {
  let isDone = false
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = () => {
      isDone = true
      settle()
    }
  })
  return {
    resolve: () => resolve(),
    read() {
      if (!isDone) throw promise
    },
  }
}
