import { describe, expect, it } from 'vitest'
import type { WebSocketConstructor } from './environment.ts'
import { type NativeClose, Socket } from './socket.ts'
import { fakeServer, virtualClock } from './testing/index.ts'

type Told = 'opened' | { message: unknown } | { lost: NativeClose }

function setUp() {
  const clock = virtualClock()
  const server = fakeServer(/^/, { clock, latency: 1 })
  const told: Told[] = []
  /** `bufferedAmount` where it proves what never left. */
  const proofs: (number | undefined)[] = []
  const create = (WebSocket: WebSocketConstructor = server.WebSocket) =>
    new Socket(WebSocket, 'ws://fake.test/', ['a', 'b'], 'arraybuffer', clock.environment, {
      opened: () => told.push('opened'),
      message: (data) => told.push({ message: data }),
      lost: (close, { buffered }) => {
        told.push({ lost: close })
        proofs.push(buffered)
      },
    })
  return { clock, server, told, proofs, create }
}

async function opened() {
  const all = setUp()
  const socket = all.create()
  await all.clock.advance(1)
  all.told.length = 0
  return { ...all, socket, peer: all.server.connection, native: all.server.connection.socket }
}

describe('a socket', () => {
  it('counts what it was handed, in bytes or a little less', async () => {
    const { socket } = await opened()
    expect(socket.sent).toBe(0)
    const sizes = ['häh', new ArrayBuffer(10), new Uint8Array(100), new Blob(['x'.repeat(1_000)])].map(
      (data) => {
        socket.send(data)
        return socket.sent
      },
    )
    expect(sizes).toEqual([3, 13, 113, 1_113])
  })

  it('dials with URL, subprotocols and binaryType', () => {
    const { server, create } = setUp()
    create()
    expect(server.connection).toMatchObject({
      url: 'ws://fake.test/',
      protocols: ['a', 'b'],
      socket: { binaryType: 'arraybuffer' },
    })
  })

  it('tells that it is open, and what comes', async () => {
    const { clock, server, told, create } = setUp()
    server.protocols = ['b']
    const socket = create()
    expect(socket.isWritable).toBe(false)
    await clock.advance(1)
    server.send('hello')
    expect(told).toEqual(['opened', { message: 'hello' }])
    expect(socket).toMatchObject({ isWritable: true, protocol: 'b', extensions: '' })
  })

  it('sends, and counts what the native class has buffered', async () => {
    const { server, socket } = await opened()
    server.stall()
    socket.send('é')
    expect(socket.bufferedAmount).toBe(2)
    server.drain(Infinity)
    expect(server.messages).toEqual(['é'])
    expect(socket.bufferedAmount).toBe(0)
  })

  it('changes binaryType while it is open', async () => {
    const { socket, native } = await opened()
    socket.binaryType = 'blob'
    expect(native.binaryType).toBe('blob')
  })

  it.each<[string, number | undefined, string, object]>([
    ['neither', undefined, '', { code: undefined, reason: '' }],
    ['a code', 4000, '', { code: 4000, reason: '' }],
    ['both', 4000, 'bye', { code: 4000, reason: 'bye' }],
    ['a reason, which needs a code', undefined, 'bye', { code: 1000, reason: 'bye' }],
  ])('closes with %s', async (_, code, reason, closedWith) => {
    const { socket, peer, clock, told } = await opened()
    socket.close(code, reason)
    expect(peer.closedWith).toEqual(closedWith)
    await clock.advance(1)
    expect(told).toMatchObject([{ lost: { wasClean: true } }])
  })

  it('has 0 bytes buffered, no protocol and no extensions where the class has no such members', async () => {
    class Bare extends EventTarget {
      readyState = 1
      binaryType = 'blob'
      send(): void {}
      close(): void {}
    }
    const socket = setUp().create(Bare)
    expect(socket).toMatchObject({ bufferedAmount: 0, protocol: '', extensions: '' })
  })
})

describe('a socket that was given a Blob', () => {
  it.each<[string, string | Blob, closes: boolean]>([
    ['waits until it has left before it closes', new Blob(['blob']), false],
    ['is no other for what is no Blob', 'text', true],
  ])('%s', async (_, data, closes) => {
    const { socket, server, peer, clock } = await opened()
    server.stall()
    socket.send(data)
    socket.close(4000, 'bye')
    await clock.advance(1_000)
    expect(peer.closedWith !== undefined).toBe(closes)
    server.drain(Infinity)
    await clock.advance(10)
    expect(peer.closedWith).toEqual({ code: 4000, reason: 'bye' })
    expect(clock.pending).toBe(0)
  })

  it('closes at once where the Blob has left, and only what is behind it has not', async () => {
    const { socket, server, peer, clock } = await opened()
    socket.send(new Blob(['blob']))
    await clock.advance(10)
    server.stall()
    socket.send('bye')
    socket.close(4000, 'done')
    await clock.advance(1)
    expect(peer.closedWith).toEqual({ code: 4000, reason: 'done' })
  })

  it.each<[string, (world: Awaited<ReturnType<typeof opened>>) => void, closes: number]>([
    ['is abandoned', ({ socket }) => socket.abandon(), 1],
    ['is lost', ({ peer }) => peer.drop(), 0],
  ])('does not wait for it any longer where it %s', async (_, act, closes) => {
    const world = await opened()
    const { socket, server, native, clock } = world
    server.stall()
    socket.send(new Blob(['blob']))
    socket.close(4000, 'bye')
    const calls: unknown[] = []
    native.close = (...args) => calls.push(args)
    act(world)
    await clock.advance(1_000)
    expect(calls).toEqual(Array.from({ length: closes }, () => [4000, 'bye']))
    expect(clock.pending).toBe(0)
  })
})

describe('a socket that is lost', () => {
  it.each(['close', 'both'] as const)('tells it once where the host fires %s', async (events) => {
    const { clock, server, told } = await opened()
    server.close(4000, 'bye', { events })
    await clock.advance(1_000)
    expect(told).toEqual([{ lost: { code: 4000, reason: 'bye', wasClean: true } }])
    expect(clock.pending).toBe(0)
  })

  it('tells 1006 a moment later where the host fires error only, and closes what is left', async () => {
    const { clock, server, peer, told } = await opened()
    server.drop(1006, '', { events: 'error' })
    await clock.advance(99)
    expect(told).toEqual([])
    await clock.advance(1)
    expect(told).toEqual([{ lost: { code: 1006, reason: '', wasClean: false } }])
    expect(peer.closedWith).toBeDefined()
    await clock.advance(100)
    expect(told).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('takes bufferedAmount for a proof where it is closed, and not where it still closes', async () => {
    for (const [events, proof] of [
      ['both', 2],
      ['error', 0],
    ] as const) {
      const { clock, server, proofs, socket } = await opened()
      server.stall()
      server.answersClose = false
      socket.send('hi')
      server.drop(1006, '', { events })
      socket.close(undefined, '')
      await clock.advance(100)
      expect(proofs).toEqual([proof])
    }
  })

  it('takes the code of a close that follows the error', async () => {
    const { clock, server, peer, native, told } = await opened()
    server.drop(1006, '', { events: 'error' })
    native.dispatchEvent(new Event('error'))
    await clock.advance(50)
    peer.close(4001, 'late')
    await clock.advance(1_000)
    expect(told).toEqual([{ lost: { code: 4001, reason: 'late', wasClean: true } }])
  })

  it('tells nothing after that', async () => {
    const { clock, server, native, told } = await opened()
    server.drop()
    for (const type of ['open', 'error', 'close']) native.dispatchEvent(new Event(type))
    native.dispatchEvent(new MessageEvent('message', { data: 'late' }))
    await clock.advance(1_000)
    expect(told).toEqual([{ lost: { code: 1006, reason: '', wasClean: false } }])
  })

  it('takes an event without a reason', async () => {
    const { native, told } = await opened()
    Object.defineProperty(native, 'readyState', { value: 3 })
    native.dispatchEvent(Object.assign(new Event('close'), { code: 1006 }))
    expect(told).toEqual([{ lost: { code: 1006, reason: '', wasClean: false } }])
  })

  it('does not mind a class that will not close', async () => {
    const { clock, server, native, told } = await opened()
    native.close = () => {
      throw new Error('not now')
    }
    server.drop(1006, '', { events: 'error' })
    await clock.advance(100)
    expect(told).toHaveLength(1)
  })
})

describe('a socket that is abandoned', () => {
  it.each(['accept', 'hang', 'refuse'] as const)('is closed, and tells nothing more (%s)', async (answer) => {
    const { clock, server, told, create } = setUp()
    server[answer]()
    const socket = create()
    socket.abandon()
    expect(server.connection.closedWith).toEqual({ code: undefined, reason: '' })
    await clock.advance(1_000)
    expect(told).toEqual([])
  })

  it('tells nothing of what still comes', async () => {
    const { clock, server, socket, told } = await opened()
    server.answersClose = false
    socket.abandon()
    server.send('late')
    await clock.advance(1_000)
    expect(told).toEqual([])
  })

  it('leaves no timer behind after an error', async () => {
    const { clock, server, socket } = await opened()
    server.drop(1006, '', { events: 'error' })
    expect(clock.pending).toBe(1)
    socket.abandon()
    expect(clock.pending).toBe(1) // the server's answer to the closing handshake
    await clock.advance(1)
    expect(clock.pending).toBe(0)
  })

  it('keeps hearing errors, which `ws` would throw otherwise', async () => {
    const { native, socket, clock } = await opened()
    const removed: string[] = []
    native.removeEventListener = (type: string) => removed.push(type)
    socket.abandon()
    expect(removed.sort()).toEqual(['close', 'message', 'open'])
    native.dispatchEvent(new Event('error'))
    expect(clock.pending).toBe(1) // the server's answer
  })

  it('hears nothing any more once it is closed', async () => {
    const { native, server } = await opened()
    const removed: string[] = []
    native.removeEventListener = (type: string) => removed.push(type)
    server.drop()
    expect(removed.sort()).toEqual(['close', 'error', 'message', 'open'])
  })

  it('is not closed twice, nor after it was lost', async () => {
    const { server, socket, peer } = await opened()
    server.drop()
    socket.abandon()
    expect(peer.closedWith).toBeUndefined()
  })

  it('does not mind a class that will not close while it connects', () => {
    const { server, create } = setUp()
    const socket = create()
    server.connection.socket.close = () => {
      throw new Error('not now')
    }
    expect(() => socket.abandon()).not.toThrow()
  })
})

describe('a class that refuses URL or subprotocols', () => {
  it.each<[string, unknown]>([
    ['an Error', new SyntaxError('bad ws://x/?s3cret')],
    ['anything else', 's3cret'],
  ])('is told with nothing of what it says: %s', (_, thrown) => {
    const { create, server } = setUp()
    const { WebSocket } = server
    class Refusing extends WebSocket {
      constructor(url: string) {
        super(url)
        throw thrown
      }
    }
    let error: unknown
    try {
      create(Refusing)
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({ code: 'CONFIGURATION' })
    expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain('s3cret')
    expect(error).not.toHaveProperty('cause')
  })
})
