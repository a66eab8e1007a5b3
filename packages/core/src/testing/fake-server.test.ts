import { describe, expect, it, vi } from 'vitest'
import { json } from '../codec.ts'
import { connect, constant } from '../index.ts'
import { type FakeConnection, fakeEnvironment, fakeServer, virtualClock } from './index.ts'

const URL_A = 'ws://fake.test/a'

/** The events of a native socket, as they come. */
function noted(socket: WebSocket): unknown[] {
  const told: unknown[] = []
  socket.onopen = () => told.push('open')
  socket.onmessage = ({ data }) => told.push(data)
  socket.onerror = () => told.push('error')
  socket.onclose = ({ code, reason, wasClean }) => told.push([code, reason, wasClean])
  return told
}

/** A bare socket: what the client sees of the server. */
function dial(server: { readonly WebSocket: typeof WebSocket }, url = URL_A, protocols: string[] = []) {
  const socket = new server.WebSocket(url, protocols)
  return { socket, told: noted(socket) }
}

/** An open connection of Holdfast, whose server has stopped reading. */
async function stalled() {
  const server = fakeServer(URL_A)
  const { environment, clock } = fakeEnvironment({ server })
  const connection = connect(URL_A, { environment, reconnect: { backoff: constant(1_000) } })
  await server.connected
  server.stall()
  return { server, clock, connection }
}

const turn = () => Promise.resolve()
const CUT = [1006, '', false]

describe('a fake server', () => {
  it('takes a connection of Holdfast without any clock going on', async () => {
    const server = fakeServer('wss://example.com/chat')
    const { environment, clock } = fakeEnvironment({ server })
    const connection = connect('wss://example.com/chat', { environment })
    await server.connected
    expect(connection.state.status).toBe('open')
    connection.send('hello')
    expect(server.messages).toEqual(['hello'])
    server.drop(1006)
    expect(connection.state.status).toBe('waiting')
    await clock.advance(30_000)
    expect(connection.state.status).toBe('open')
    expect(server.connections).toHaveLength(2)
    const closed = connection.close(1000, 'bye')
    expect(await server.connection.closed).toEqual({ code: 1000, reason: 'bye', wasClean: true })
    expect(await closed).toMatchObject({ code: 1000, wasClean: true })
    expect(clock.pending).toBe(0)
  })

  it('tells a refused dial as browsers show any HTTP status', async () => {
    const server = fakeServer(URL_A)
    server.refuse()
    const { told } = dial(server)
    await server.connection.closed
    expect(told).toEqual(['error', CUT])
  })

  it('leaves dials hanging, and lets those that hang in later, or refuses them', async () => {
    const server = fakeServer(URL_A, { autoAccept: false })
    const [one, two] = [dial(server), dial(server)]
    await turn()
    expect([one.socket.readyState, two.socket.readyState]).toEqual([0, 0])
    server.connections[1]?.refuse()
    server.accept()
    expect([...one.told, ...two.told]).toEqual(['open', 'error', CUT])
    server.hang()
    const three = dial(server)
    await turn()
    expect(three.told).toEqual([])
  })

  it('answers the next few dials otherwise, and then as before', async () => {
    const server = fakeServer(URL_A)
    server.refuse({ times: 2 })
    server.hang({ times: 1 })
    const dials = Array.from({ length: 4 }, () => dial(server))
    await turn()
    expect(dials.map(({ socket }) => socket.readyState)).toEqual([3, 3, 0, 1])
    server.refuse({ times: 5 })
    server.accept()
    dials.push(dial(server))
    await turn()
    expect(dials.at(-1)?.socket.readyState).toBe(1)
  })

  it('lets a script decide about each dial', async () => {
    const server = fakeServer(/^ws:/)
    server.on('dial', (connection) => {
      const { searchParams } = new URL(connection.url)
      if (searchParams.get('token') === 'old') connection.refuse()
      if (searchParams.get('token') === 'slow') connection.hang()
    })
    const dials = ['old', 'slow', 'new'].map((token) => dial(server, `${URL_A}?token=${token}`))
    await turn()
    expect(dials.map(({ socket }) => socket.readyState)).toEqual([3, 0, 1])
  })

  it.each<[string, readonly string[] | undefined, string[], string | undefined]>([
    ['the first that is offered', undefined, ['v2', 'v1'], 'v2'],
    ['the first offered of those it speaks', ['v1'], ['v2', 'v1'], 'v1'],
    ['none where none is offered', ['v1'], [], ''],
    ['nothing where they have none in common', ['v3'], ['v2', 'v1'], undefined],
  ])('chooses a subprotocol: %s', async (_, protocols, offered, chosen) => {
    const server = fakeServer(URL_A, protocols ? { protocols } : {})
    const { socket, told } = dial(server, URL_A, offered)
    await turn()
    expect(told).toEqual(chosen === undefined ? ['error', CUT] : ['open'])
    expect([socket.protocol, server.connection.protocol]).toEqual([chosen ?? '', chosen ?? ''])
  })

  it('accepts with a subprotocol and extensions, and fails with one that was not offered', async () => {
    const server = fakeServer(URL_A)
    server.accept({ protocol: 'v1', extensions: 'permessage-deflate' })
    const [good, bad] = [dial(server, URL_A, ['v2', 'v1']), dial(server, URL_A, ['v2'])]
    await turn()
    expect(good.socket).toMatchObject({ protocol: 'v1', extensions: 'permessage-deflate' })
    expect(bad.told).toEqual(['error', CUT])
  })

  it('takes its time where it has latency, by a virtual clock', async () => {
    const clock = virtualClock()
    const server = fakeServer(URL_A, { clock, latency: 50 })
    const { socket, told } = dial(server)
    await clock.advance(49)
    expect(told).toEqual([])
    await clock.advance(1)
    expect(told).toEqual(['open'])
    socket.close()
    await clock.advance(49)
    expect(told).toEqual(['open'])
    await clock.advance(1)
    expect(told).toEqual(['open', [1005, '', true]])
  })

  it('tells the newest open connection, now or when there is one', async () => {
    const server = fakeServer(URL_A)
    const waiting = server.connected
    dial(server)
    const first = await waiting
    expect(await server.connected).toBe(first)
    dial(server)
    await turn()
    expect(await server.connected).toBe(server.connections[1])
    server.drop()
    const next = server.connected
    dial(server)
    expect(await next).toBe(server.connections[2])
  })

  it('tells when nobody is left, also of those that came meanwhile', async () => {
    const server = fakeServer(URL_A)
    await server.closed
    const [one] = [dial(server), dial(server)]
    await turn()
    const closed = server.closed.then(() => server.connections.length)
    one.socket.close()
    dial(server)
    await turn()
    server.drop()
    expect(await closed).toBe(3)
  })

  it('has no connection before somebody dials', () => {
    const { connections } = fakeServer(URL_A)
    expect(connections).toEqual([])
    expect(() => fakeServer(URL_A).connection).toThrow(/Nobody has dialled ws:\/\/fake\.test\/a yet/)
  })
})

describe('messages to a fake server', () => {
  it('are kept as they were sent, of all and of each connection', async () => {
    const server = fakeServer(URL_A)
    const [one, two] = [dial(server), dial(server)]
    await turn()
    const view = new Uint8Array([1, 2])
    one.socket.send(view)
    view.fill(0)
    two.socket.send('text')
    two.socket.send(new Uint8Array([3]).buffer)
    expect(server.messages).toEqual([new Uint8Array([1, 2]), 'text', new Uint8Array([3])])
    expect(server.connections.map(({ messages }) => messages.length)).toEqual([1, 2])
  })

  it('are handed out one by one, to whoever came first', async () => {
    const server = fakeServer(URL_A)
    const { socket } = dial(server)
    const [a, b] = [server.nextMessage(), server.nextMessage()]
    await turn()
    for (const text of ['1', '2', '3']) socket.send(text)
    expect([await a, await b, await server.nextMessage()]).toEqual(['1', '2', '3'])
    expect(await server.connection.nextMessage()).toBe('1')
  })

  it('can be forgotten, with the connections that are over', async () => {
    const server = fakeServer(URL_A)
    dial(server)
    await turn()
    server.drop()
    const { socket } = dial(server)
    await turn()
    socket.send('old')
    server.clear()
    expect([server.messages, server.connections.length]).toEqual([[], 1])
    socket.send('new')
    expect(await server.nextMessage()).toBe('new')
  })

  it('are decoded by a codec, in order also where that takes time', async () => {
    const server = fakeServer(URL_A, { codec: json<number>() })
    const { socket } = dial(server)
    await turn()
    socket.send('1')
    socket.send(new Blob(['2']))
    socket.send('3')
    expect(server.messages).toEqual([1])
    const numbers = [await server.nextMessage(), await server.nextMessage(), await server.nextMessage()]
    expect(numbers).toEqual([1, 2, 3])
    socket.send('4')
    expect(await server.nextMessage()).toBe(4)
    expect(server.messages).toEqual([1, 2, 3, 4])
  })

  it('are answered when the call of send() has returned, never within it', async () => {
    const server = fakeServer(URL_A)
    server.reply((message) => (message === 'ping' ? 'pong' : undefined))
    server.on('message', (message, connection) => message === 'bye' && connection.close(4000, 'bye'))
    const { socket, told } = dial(server)
    await turn()
    socket.send('ping')
    socket.send('other')
    server.send('unasked')
    expect(told).toEqual(['open'])
    await turn()
    expect(told).toEqual(['open', 'pong', 'unasked'])
    socket.send('bye')
    // It is over for the server, which takes nothing more.
    socket.send('too late')
    expect(socket.bufferedAmount).toBe(8)
    await server.connection.closed
    expect(told.at(-1)).toEqual([4000, 'bye', true])
    expect(server.messages).not.toContain('too late')
  })

  it('are answered after a while, by a promise, in typed messages', async () => {
    const server = fakeServer(URL_A, { codec: json<{ id: number }, { id: number; result: string }>() })
    const stop = server.reply(async ({ id }) => ({ id, result: 'ok' }))
    const { environment } = fakeEnvironment({ server })
    const connection = connect(URL_A, { codec: json<{ id: number }>(), environment })
    const answer = connection.request({ id: 7 }, { match: ({ id }) => id === 7 })
    expect(await answer).toEqual({ id: 7, result: 'ok' })
    stop()
    connection.send({ id: 8 })
    await turn()
    expect(server.messages).toEqual([{ id: 7 }, { id: 8 }])
    await connection.close()
  })
})

describe('a script that throws', () => {
  it.each<[string, () => unknown]>([
    [
      'at once',
      () => {
        throw new Error('not so')
      },
    ],
    ['later', () => Promise.reject(new Error('not so'))],
  ])('fails the test that it is part of, and not the client: %s', async (_, script) => {
    const server = fakeServer(URL_A)
    server.on('message', script)
    const { socket, told } = dial(server)
    await turn()
    const unhandled = new Promise((resolve) => {
      vi.spyOn(Promise, 'reject').mockImplementation((error) => {
        // The first may be the script's own.
        if (vi.mocked(Promise.reject).mock.calls.length > (_ === 'later' ? 1 : 0)) resolve(error)
        const rejected = new Promise<never>((_, reject) => reject(error))
        rejected.catch(() => undefined)
        return rejected
      })
    })
    expect(() => socket.send('x')).not.toThrow()
    expect(await unhandled).toMatchObject({ message: 'not so' })
    vi.restoreAllMocks()
    expect([socket.readyState, told, server.messages]).toEqual([1, ['open'], ['x']])
  })
})

describe('messages from a fake server', () => {
  it('come as binaryType says', async () => {
    const server = fakeServer(URL_A)
    const { socket, told } = dial(server)
    await turn()
    server.send(new Uint8Array([1]))
    socket.binaryType = 'arraybuffer'
    server.send(new Uint8Array([2]).buffer)
    server.send('text')
    const [, blob, buffer, text] = told
    expect(new Uint8Array(await (blob as Blob).arrayBuffer())).toEqual(new Uint8Array([1]))
    expect(new Uint8Array(buffer as ArrayBuffer)).toEqual(new Uint8Array([2]))
    expect(text).toBe('text')
  })

  it('go to all that are open, or to one', async () => {
    const server = fakeServer(URL_A)
    const [one, two] = [dial(server), dial(server)]
    await turn()
    server.send('all')
    server.connections[0]?.send('one')
    expect([one.told, two.told]).toEqual([
      ['open', 'all', 'one'],
      ['open', 'all'],
    ])
  })
})

describe('the end of a fake connection', () => {
  it('is clean by close(), and not by drop()', async () => {
    const server = fakeServer(URL_A)
    const told = [dial(server), dial(server), dial(server)].map(({ told }) => told)
    await turn()
    const [one, two, three] = server.connections
    one?.close(1012, 'restart')
    two?.drop()
    three?.close(1005)
    expect(told.map((each) => each.slice(1))).toEqual([[[1012, 'restart', true]], [CUT], [[1005, '', true]]])
    expect(server.live).toEqual([])
  })

  it.each<[string, 'both' | 'error', unknown[]]>([
    ['both events', 'both', ['error', CUT]],
    ['an error alone, as undici 6', 'error', ['error']],
  ])('may be told by %s', async (_, events, expected) => {
    const server = fakeServer(URL_A)
    const { told } = dial(server)
    await turn()
    server.drop(1006, '', { events })
    expect(told.slice(1)).toEqual(expected)
  })

  it('may come late: the server has closed, and keeps the line', async () => {
    const server = fakeServer(URL_A)
    const { socket, told } = dial(server)
    await turn()
    server.close(1000, '', { events: 'none' })
    server.drain()
    expect([socket.readyState, told]).toEqual([2, ['open']])
    server.drop()
    expect(told.at(-1)).toEqual(CUT)
  })

  it('is what the client has closed with, unless its close frame is not answered', async () => {
    const server = fakeServer(URL_A)
    server.answersClose = false
    const { socket, told } = dial(server)
    await turn()
    socket.close(4001, 'done')
    await turn()
    expect([socket.readyState, told]).toEqual([2, ['open']])
    expect(server.connection.closedWith).toEqual({ code: 4001, reason: 'done' })
    server.connection.drop()
    expect(told.at(-1)).toEqual(CUT)
  })

  it('is told to the script', async () => {
    const server = fakeServer(URL_A)
    const told: unknown[] = []
    server.on('connection', ({ url }) => told.push(url))
    server.on('close', ({ code }, { url }: FakeConnection) => told.push([code, url]))
    dial(server)
    await turn()
    server.close(4000)
    expect(told).toEqual([URL_A, [4000, URL_A]])
  })
})

describe('a fake server that does not read', () => {
  it('leaves in bufferedAmount what is sent, until it is drained, by messages or altogether', async () => {
    const server = fakeServer(URL_A)
    server.stall()
    const { socket } = dial(server)
    await turn()
    for (const text of ['ü', 'bb', 'ccc']) socket.send(text)
    expect([socket.bufferedAmount, server.connection.bufferedAmount, server.messages]).toEqual([7, 7, []])
    server.drain(1)
    expect([socket.bufferedAmount, server.messages]).toEqual([5, ['ü']])
    server.drain()
    socket.send('d')
    expect([socket.bufferedAmount, server.messages]).toEqual([0, ['ü', 'bb', 'ccc', 'd']])
  })

  it('leaves it there for ever when it is dropped: that is what Holdfast sends again', async () => {
    const { server, clock, connection } = await stalled()
    connection.send('never left')
    server.drop()
    expect(connection.outbox).toMatchObject({ recovered: 1, queued: 1 })
    server.drain()
    await clock.advance(1_100)
    expect(server.messages).toEqual(['never left'])
    await connection.close()
  })

  it('goes on with the connections that come after a drop, until all is drained', async () => {
    const { server, clock, connection } = await stalled()
    connection.send('a')
    server.drop()
    connection.send('b')
    await clock.advance(1_100)
    expect([connection.state.status, server.messages]).toEqual(['open', []])
    server.drain(1)
    connection.send('c')
    expect(server.messages).toEqual(['a'])
    server.drain()
    connection.send('d')
    await clock.settle()
    expect(server.messages).toEqual(['a', 'b', 'c', 'd'])
    await connection.close()
  })

  it('does not see a close frame that comes behind it', async () => {
    const server = fakeServer(URL_A)
    server.stall()
    const { socket, told } = dial(server)
    await turn()
    socket.send('first')
    socket.close(1000)
    await turn()
    expect(told).toEqual(['open'])
    server.drain()
    expect([server.messages, told.at(-1)]).toEqual([['first'], [1000, '', true]])
  })

  it('lets nothing through as a black hole, and tells nobody; only drop() ends it', async () => {
    const server = fakeServer(URL_A)
    const { socket, told } = dial(server)
    await turn()
    server.blackHole()
    socket.send('into the void')
    server.send('lost')
    server.close(1000)
    socket.close(1000)
    const next = dial(server)
    server.blackHole()
    await turn()
    expect([told, next.told, server.messages, socket.bufferedAmount]).toEqual([['open'], [], [], 0])
    server.accept()
    server.send('heard again')
    server.connections[0]?.drop()
    expect([told.at(-1), next.told]).toEqual([CUT, ['open', 'heard again']])
  })
})
