import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fateOf } from '../../../test/unit/fate-of.ts'
import { Entry, type EntryDetails } from './entry.ts'
import { Flow } from './flow.ts'
import type { SocketEnd } from './loss.ts'
import { Outbox } from './outbox.ts'
import { Socket } from './socket.ts'
import { fakeServer, virtualClock } from './testing/index.ts'

async function setUp({ highWaterMark = 1_000, keepWritten = 0, window = Infinity } = {}) {
  const clock = virtualClock()
  const { environment } = clock
  const server = fakeServer(/^/, { clock, latency: 1 })
  const polls: number[] = []
  const told: string[] = []
  const writes: unknown[] = []
  const left: unknown[] = []
  const outbox = new Outbox({ maxMessages: Infinity, maxBytes: Infinity, overflow: 'throw' }, () => undefined)
  const watched = {
    ...environment,
    setTimeout(callback: () => void, delay: number) {
      polls.push(delay)
      return environment.setTimeout(callback, delay)
    },
  }
  const flow = new Flow(outbox, watched, {
    highWaterMark,
    keepWritten,
    window,
    onWrite: (entry) => writes.push(entry.message),
    onLeft: (entry) => left.push(entry.message),
    onEmpty: () => told.push('empty'),
    onProgress: () => told.push('progress'),
    onError: ({ code }) => told.push(code),
  })
  const handlers = { opened: () => undefined, message: () => undefined, lost: () => undefined }
  const open = async () => {
    const socket = new Socket(server.WebSocket, 'ws://fake.test/', [], 'blob', environment, handlers)
    await clock.advance(1)
    return socket
  }
  const push = (...texts: string[]) => {
    for (const text of texts) outbox.push(new Entry(text, text))
  }
  const pass = (text: string, details?: EntryDetails) =>
    flow.pass(details ? new Entry(text, text, details) : text)
  return { clock, server, outbox, flow, polls, told, writes, left, push, pass, socket: await open(), open }
}

/** A flow whose socket takes no more: one message fills its buffer, and nobody reads. */
async function setUpFull() {
  const parts = await setUp({ highWaterMark: 2 })
  parts.server.stall()
  parts.flow.start(parts.socket)
  parts.pass('aa')
  return parts
}

/** A flow that has begun on a queue, over a line that nobody reads. */
async function setUpStalled(highWaterMark: number, queued: readonly string[]) {
  const parts = await setUp({ highWaterMark })
  parts.server.stall()
  parts.push(...queued)
  parts.flow.start(parts.socket)
  return parts
}

/** Of a socket that was given up. */
const LOSS: SocketEnd = { isAnswered: false, isClean: false }

const many = (count: number, size = 1) => Array.from({ length: count }, () => 'x'.repeat(size))

describe('a flow', () => {
  it('writes nothing without a socket', async () => {
    const { clock, flow, push, pass, outbox } = await setUp()
    push('a')
    flow.pump()
    expect(outbox.length).toBe(1)
    expect(clock.pending).toBe(0)
    outbox.clear('cleared')
    expect(pass('b')).toBe(false)
  })

  it('writes what waits once there is one, in order, and tells that nothing waits any more', async () => {
    const { clock, server, flow, push, socket, told } = await setUp()
    push('a', 'b', 'c')
    flow.start(socket)
    expect(server.messages).toEqual(['a', 'b', 'c'])
    expect(told).toEqual(['progress', 'empty'])
    expect(clock.pending).toBe(0)
  })

  it('lets a message pass where nothing waits, and counts it', async () => {
    const { pass, server, flow, socket, outbox } = await setUp()
    flow.start(socket)
    expect(pass('a')).toBe(true)
    expect(server.messages).toEqual(['a'])
    expect(outbox.snapshot(0)).toMatchObject({ accepted: 1, written: 1 })
  })

  it('lets none pass while one waits, the buffer is full, or the socket takes no more', async () => {
    const { pass, server, flow, socket, push, outbox } = await setUp({ highWaterMark: 5 })
    flow.start(socket)
    server.stall()
    expect(pass('1234')).toBe(true)
    expect(pass('5')).toBe(true)
    expect(pass('6')).toBe(false)
    server.drain(Infinity)
    push('a')
    expect(pass('b')).toBe(false)
    outbox.clear('cleared')
    expect(pass('c')).toBe(true)
    server.connection.socket.close()
    expect(pass('d')).toBe(false)
    expect(server.messages).toEqual(['1234', '5'])
    expect(outbox.snapshot(0)).toMatchObject({ accepted: 4, written: 3, dropped: 1 })
  })

  it('writes nothing into a socket that is closing: it would be lost in silence', async () => {
    const { server, flow, socket, push, outbox } = await setUp()
    server.connection.socket.close()
    push('a')
    flow.start(socket)
    expect(outbox.length).toBe(1)
    expect(server.messages).toEqual([])
  })

  it('stops with its socket, and leaves no timer', async () => {
    const { clock, server, flow, socket, push, outbox } = await setUp({ highWaterMark: 2 })
    server.stall()
    push('aa', 'b')
    flow.start(socket)
    expect(clock.pending).toBe(1)
    flow.stop()
    expect(clock.pending).toBe(0)
    server.drain(Infinity)
    flow.pump()
    expect(outbox.length).toBe(1)
  })
})

describe('the high-water mark', () => {
  it('is never at or below what is buffered when a message is written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.array(
          fc.oneof(
            fc.record({ push: fc.integer({ min: 0, max: 30 }) }),
            fc.record({ flush: fc.integer({ min: 1, max: 4 }) }),
            fc.record({ wait: fc.integer({ min: 1, max: 60 }) }),
          ),
          { maxLength: 40, size: 'max' },
        ),
        async (highWaterMark, steps) => {
          const { clock, server, flow, push, socket, outbox } = await setUp({ highWaterMark })
          const native = server.connection.socket
          const send = native.send.bind(native)
          native.send = (data) => {
            expect(native.bufferedAmount).toBeLessThan(highWaterMark)
            send(data)
          }
          server.stall()
          flow.start(socket)
          for (const step of steps) {
            if ('push' in step) push('x'.repeat(step.push))
            else if ('flush' in step) server.drain(step.flush)
            else await clock.advance(step.wait)
            if ('push' in step) flow.pump()
          }
          server.drain()
          for (let i = 0; i < 100 && outbox.length > 0; i++) {
            server.drain(Infinity)
            await clock.advance(50)
          }
          server.drain(Infinity)
          expect(outbox.length).toBe(0)
          expect(outbox.snapshot(0).written).toBe(server.messages.length)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('may be passed by the last message that is written below it', async () => {
    const { server, flow, socket, push, outbox } = await setUp({ highWaterMark: 10 })
    server.stall()
    push('x'.repeat(9), 'x'.repeat(500), 'x')
    flow.start(socket)
    expect(server.connection.bufferedAmount).toBe(509)
    expect(outbox.length).toBe(1)
  })
})

describe('a long queue', () => {
  it('is written in batches of 256, with a task of the host in between', async () => {
    const { clock, server, flow, socket, push, polls } = await setUp({ highWaterMark: 1e6 })
    push(...many(600))
    flow.start(socket)
    expect(server.messages).toHaveLength(256)
    expect(polls).toEqual([0])
    await clock.advance(0)
    expect(server.messages).toHaveLength(600)
    expect(polls).toEqual([0, 0])
  })
})

describe('a buffer that takes many small messages', () => {
  it('is given 512 at most, and as many again as have left', async () => {
    const { clock, server, outbox } = await setUpStalled(1e6, many(2_000, 3))
    await clock.advance(1_000)
    expect(server.connection.bufferedAmount).toBe(512 * 3)
    server.drain(100)
    await clock.advance(50)
    expect(server.connection.bufferedAmount).toBe(512 * 3)
    expect(outbox.snapshot(0)).toMatchObject({ written: 612, queued: 1_388 })
    server.drain()
    await clock.advance(100)
    expect(outbox.snapshot(0)).toMatchObject({ written: 2_000, queued: 0 })
  })

  it('counts those that have passed the queue, too', async () => {
    const { pass, server, flow, socket, push, outbox } = await setUp({ highWaterMark: 1e6 })
    server.stall()
    flow.start(socket)
    for (const text of many(500, 3)) pass(text)
    push(...many(100, 3))
    flow.pump()
    expect(outbox.snapshot(0)).toMatchObject({ written: 512, queued: 88 })
  })

  it('is given one that is ours all the same', async () => {
    const { server, flow, socket } = await setUpStalled(1e6, many(600, 3))
    flow.pump()
    flow.control('ping', socket)
    expect(server.connection.bufferedAmount).toBe(512 * 3 + 4)
  })
})

describe('a batch of slow writes', () => {
  it('ends after 12 ms, and the next comes in a task of its own', async () => {
    const { clock, server, flow, socket, push, polls } = await setUp({ highWaterMark: Infinity })
    const native = server.connection.socket
    const send = native.send.bind(native)
    native.send = (data: never) => {
      send(data)
      clock.set(clock.now() + 5)
    }
    push(...many(10))
    flow.start(socket)
    expect(server.messages).toHaveLength(3)
    expect(polls).toEqual([0])
    await clock.advance(0)
    expect(server.messages).toHaveLength(10)
    expect(polls).toEqual([0, 0, 0])
  })
})

describe('the look whether there is room again', () => {
  it('comes every 4 ms while there is progress', async () => {
    const { clock, server, polls } = await setUpStalled(10, many(8, 6))
    for (let i = 0; i < 4; i++) {
      server.drain(1)
      await clock.advance(4)
    }
    expect(server.connection.bufferedAmount).toBe(12)
    expect(polls).toEqual([4, 4, 4, 4, 4])
  })

  it('comes at once while the line is faster than that', async () => {
    const { clock, server, flow, polls } = await setUpStalled(10, many(6, 10))
    server.drain(1)
    flow.pump()
    expect(server.connection.bufferedAmount).toBe(10)
    expect(polls).toEqual([4, 0])
    // It was, and is no longer.
    await clock.advance(100)
    expect(polls.slice(2)).toEqual([4, 8, 16, 32, 50])
  })

  it('does not come at once for what the socket refuses', async () => {
    const { clock, server, polls, told } = await setUpStalled(10, many(3, 10))
    server.drain(1)
    server.connection.socket.send = () => {
      throw new Error('no')
    }
    await clock.advance(30)
    expect(told.filter((each) => each === 'ENCODE')).toHaveLength(3)
    expect(polls).toEqual([4, 4, 8, 16])
  })

  it('is arranged once for many messages that somebody waits for', async () => {
    const { clock, server, flow, outbox, socket, polls, left } = await setUp()
    server.stall()
    flow.start(socket)
    const fate = fateOf({ written: () => undefined })
    for (let i = 0; i < 100; i++) {
      outbox.push(new Entry(i, `${i}`, { fate }))
      flow.pump()
    }
    expect(polls).toEqual([4])
    server.drain(Infinity)
    await clock.advance(4)
    expect(left).toHaveLength(100)
    expect(clock.pending).toBe(0)
  })

  it('comes every 4 ms also while the buffer only shrinks', async () => {
    const { pass, clock, server, flow, socket, push, polls } = await setUp({ highWaterMark: 1 })
    server.stall()
    flow.start(socket)
    pass('12345')
    for (let i = 0; i < 5; i++) server.connection.socket.send('12345')
    push('waits')
    flow.pump()
    for (let i = 0; i < 4; i++) {
      server.drain(1)
      await clock.advance(4)
    }
    expect(polls).toEqual([4, 4, 4, 4, 4])
  })

  it('comes ever later while there is none, up to 50 ms', async () => {
    const { clock, server, polls } = await setUpStalled(10, many(2, 10))
    await clock.advance(1_000)
    expect(polls.slice(0, 7)).toEqual([4, 8, 16, 32, 50, 50, 50])
    server.drain(Infinity)
    await clock.advance(50)
    expect(server.messages).toHaveLength(1)
    expect(server.connection.bufferedAmount).toBe(10)
  })

  it('begins at 4 ms again after a stall that is over', async () => {
    const { pass, clock, server, flow, push, polls } = await setUpStalled(10, many(2, 10))
    await clock.advance(1_000)
    server.drain()
    await clock.advance(50)
    server.stall()
    pass('x'.repeat(10))
    polls.length = 0
    push('y')
    flow.pump()
    await clock.advance(200)
    expect(polls.slice(0, 3)).toEqual([4, 8, 16])
  })

  it('is not put off by a pump in between, and runs once', async () => {
    const { clock, flow, polls } = await setUpStalled(10, many(2, 10))
    for (let i = 0; i < 3; i++) flow.pump()
    expect(polls).toEqual([4])
    expect(clock.pending).toBe(1)
  })

  it('can be had at any time by a pump: on a message, on a send()', async () => {
    const { server, flow } = await setUpStalled(10, many(2, 10))
    server.drain(Infinity)
    flow.pump()
    expect(server.connection.bufferedAmount).toBe(10)
  })
})

describe('a message of the library itself', () => {
  it('goes at once, counted nowhere', async () => {
    const { server, flow, socket, outbox, told, clock } = await setUp()
    flow.start(socket)
    flow.control('ping', socket)
    expect(server.messages).toEqual(['ping'])
    expect(outbox.snapshot(0)).toMatchObject({ accepted: 0, written: 0 })
    expect([told, clock.pending]).toEqual([[], 0])
  })

  it('waits where the buffer is full, and goes before all that waited longer, in order', async () => {
    const { server, flow, socket, push, clock } = await setUpFull()
    push('b')
    flow.control('first', socket)
    expect(clock.pending).toBe(1)
    server.drain(2)
    // There is room by now, and one of its kind waits.
    flow.control('second', socket)
    for (let round = 0; round < 3; round++) {
      server.drain(Infinity)
      await clock.advance(50)
    }
    expect(server.messages).toEqual(['aa', 'first', 'second', 'b'])
    expect(clock.pending).toBe(0)
  })

  it('waits for room also where nothing else does', async () => {
    const { server, flow, socket, clock } = await setUpFull()
    flow.control('ping', socket)
    await clock.advance(1_000)
    expect(clock.pending).toBe(1)
    server.drain(Infinity)
    await clock.advance(50)
    server.drain(Infinity)
    expect(server.messages).toEqual(['aa', 'ping'])
    expect(clock.pending).toBe(0)
  })

  it('is not held up by a window that is full of messages without an answer', async () => {
    const { server, flow, socket, outbox } = await setUp({ window: 1 })
    flow.start(socket)
    for (const id of [1, 2]) outbox.push(new Entry(`${id}`, `${id}`, { id }))
    flow.pump()
    flow.control('ping', socket)
    expect(server.messages).toEqual(['1', 'ping'])
  })

  it('goes to the next socket of a handover at once, unless that takes no more', async () => {
    const { server, flow, push, open } = await setUpFull()
    push('b')
    const next = await open()
    flow.control('sign-in', next)
    expect(next.bufferedAmount).toBe(7)
    server.connection.socket.close()
    flow.control('too late', next)
    expect(next.bufferedAmount).toBe(7)
  })

  it('ends with its socket', async () => {
    const { server, flow, socket, open } = await setUpFull()
    flow.control('ping', socket)
    flow.stop()
    flow.start(await open())
    server.drain(Infinity)
    expect(server.messages).toEqual(['aa'])
  })
})

describe('a socket that is gone', () => {
  it('leaves what it still held as unsent, and the rest as unproven: none is both', async () => {
    const { server, flow, socket, pass } = await setUp({ keepWritten: 1_000 })
    server.stall()
    flow.start(socket)
    for (const text of ['aa', 'bb', 'cc', 'dd']) pass(text)
    const { unsent, unproven } = flow.detach({ ...LOSS, buffered: 5 })
    expect(unsent.map(({ message }) => message)).toEqual(['cc', 'dd'])
    expect(unproven.map(({ message }) => message)).toEqual(['aa', 'bb'])
    const all = [...unproven, ...unsent]
    expect(all.map(({ sequence, status }) => [sequence, status])).toEqual(
      all.map((_, i) => [i + 1, 'written']),
    )
  })

  it('proves nothing without a value', async () => {
    const { flow, socket, pass } = await setUp({ keepWritten: 1_000 })
    flow.start(socket)
    for (const text of ['aa', 'bb']) pass(text)
    const { unsent, unproven } = flow.detach(LOSS)
    expect(unsent).toEqual([])
    expect(unproven.map(({ message }) => message)).toEqual(['aa', 'bb'])
  })

  it('of a host that counts framing leaves none of those that had left before the one that is stuck', async () => {
    const { server, flow, socket, pass } = await setUp({ keepWritten: 1_000 })
    let held = 0
    Object.defineProperty(server.connection.socket, 'bufferedAmount', { get: () => held })
    server.connection.socket.send = () => {
      held += 2 + 6
    }
    flow.start(socket)
    for (const text of ['aa', 'bb', 'cc']) {
      pass(text)
      held = 0
    }
    pass('dd')
    expect(flow.detach({ ...LOSS, buffered: held }).unsent).toEqual([])
  })

  /** Three messages, each of two bytes, of which the first has left; somebody waits for each of them. */
  async function setUpWaiting(header = 0) {
    const parts = await setUp({ keepWritten: 1_000 })
    const { server, flow, socket, pass } = parts
    const native = server.connection.socket
    const texts = ['aa', 'bb', 'cc']
    let buffered = 0
    Object.defineProperty(native, 'bufferedAmount', { get: () => buffered, configurable: true })
    native.send = () => {
      buffered += 2 + header
    }
    flow.start(socket)
    for (const text of texts) pass(text, { fate: fateOf({ written: () => undefined }) })
    buffered -= 2 + header
    const read = (value: number) => {
      buffered = value
    }
    return { ...parts, read }
  }

  it.each<[string, number, number | undefined, Partial<SocketEnd>, string[]]>([
    ['that is cut, by what it still holds', 0, 4, { buffered: 4 }, ['aa']],
    ['that is cut and says 0, as ws and undici do whatever they held', 0, 0, { buffered: 0 }, []],
    ['that is closed, by what it still holds', 0, 4, { buffered: 4, isClean: true }, ['aa']],
    ['that is closed and holds nothing any more', 0, 0, { buffered: 0, isClean: true }, ['aa', 'bb', 'cc']],
    ['that is given up, by what it holds then', 0, 4, {}, ['aa']],
    ['that is given up and counts headers, too: by the least that have left', 6, 16, {}, []],
    [
      'whose peer has answered our close frame',
      6,
      0,
      { buffered: 4, isAnswered: true, isClean: true },
      ['aa', 'bb', 'cc'],
    ],
  ])('%s: tells what has left', async (_, header, now, loss, expected) => {
    const { flow, left, read } = await setUpWaiting(header)
    read(now ?? 0)
    flow.detach({ ...LOSS, ...loss })
    expect(left).toEqual(expected)
  })

  it('tells at a cut what had been shown to leave, and is not remembered any more', async () => {
    const { pass, server, flow, socket, left } = await setUp({ keepWritten: 0 })
    server.stall()
    flow.start(socket)
    pass('aa', { fate: fateOf({ written: () => undefined }) })
    server.drain(Infinity)
    // It goes past the queue: nothing looks at who waits.
    pass('bb')
    expect(left).toEqual([])
    flow.detach({ ...LOSS, buffered: 0 })
    expect(left).toEqual(['aa'])
  })

  it('is asked what it holds also where it was told to close before', async () => {
    const { flow, left } = await setUpWaiting()
    flow.stop()
    flow.detach(LOSS)
    expect(left).toEqual(['aa'])
  })
})

describe('a native send that throws', () => {
  it('keeps the message, tells it, and tries again', async () => {
    const { clock, server, flow, socket, push, told, outbox } = await setUp()
    const native = server.connection.socket
    const send = native.send.bind(native)
    let isBroken = true
    native.send = (data) => {
      if (isBroken) throw new Error('no')
      send(data)
    }
    push('a', 'b')
    flow.start(socket)
    expect(told).toEqual(['ENCODE'])
    expect(outbox.length).toBe(2)
    isBroken = false
    await clock.advance(50)
    expect(server.messages).toEqual(['a', 'b'])
  })

  it('lets no message pass uncounted', async () => {
    const { pass, server, flow, socket, outbox } = await setUp()
    flow.start(socket)
    server.connection.socket.send = () => {
      throw new Error('no')
    }
    expect(() => pass('a')).toThrow(expect.objectContaining({ code: 'ENCODE', cause: new Error('no') }))
    expect(outbox.snapshot(0)).toMatchObject({ accepted: 0, written: 0 })
  })
})

describe('a native send that loses its socket, and throws', () => {
  const setUpLosing = async () => {
    const parts = await setUp({ keepWritten: 1_000 })
    const lost: string[] = []
    parts.server.connection.socket.send = () => {
      const { unsent, unproven } = parts.flow.detach(LOSS)
      lost.push(...[...unsent, ...unproven].map(({ message }) => String(message)))
      parts.outbox.recover([...unsent, ...unproven])
      throw new Error('no')
    }
    return { ...parts, lost }
  }

  it.each<[string, EntryDetails | undefined]>([
    ['a text', undefined],
    ['an entry', {}],
    ['one that somebody waits for', { fate: fateOf({ written: () => undefined }) }],
  ])('has told of a message that passed: it is not refused as well (%s)', async (_, details) => {
    const { flow, socket, pass, outbox, lost } = await setUpLosing()
    flow.start(socket)
    pass('a', details)
    expect(lost).toEqual(['a'])
    expect(outbox.snapshot(0)).toMatchObject({ accepted: 1, written: 1, recovered: 1, queued: 1 })
    expect(flow.isAwaited).toBe(false)
  })

  it('has told of a message of the queue', async () => {
    const { flow, socket, push, outbox, lost, told } = await setUpLosing()
    push('a')
    flow.start(socket)
    expect([lost, told]).toEqual([['a'], ['progress']])
    expect(outbox.snapshot(0)).toMatchObject({ accepted: 1, written: 1, recovered: 1, queued: 1 })
  })
})

describe('a send that calls back', () => {
  it('does not have its message written twice, nor another before it', async () => {
    const { server, flow, socket, push, pass } = await setUp()
    const native = server.connection.socket
    const send = native.send.bind(native)
    native.send = (data) => {
      flow.pump()
      expect(pass('c')).toBe(false)
      send(data)
    }
    push('a', 'b')
    flow.start(socket)
    expect(server.messages).toEqual(['a', 'b'])
  })

  it('ends the batch where it ends the socket', async () => {
    const { clock, server, flow, socket, push, outbox } = await setUp()
    const native = server.connection.socket
    const send = native.send.bind(native)
    native.send = (data) => {
      send(data)
      flow.stop()
    }
    push('a', 'b')
    flow.start(socket)
    expect(server.messages).toEqual(['a'])
    expect(outbox.length).toBe(1)
    expect(clock.pending).toBe(0)
  })
})
