import { expect } from 'vitest'
import { type Context, type Expectation, next, noted, thrownBy, untyped } from './expectation.ts'

const bytes = new TextEncoder().encode('0123456789')

const texts: readonly { name: string; given: unknown; arrives: string }[] = [
  { name: 'a text', given: 'grüße €😀', arrives: 'grüße €😀' },
  { name: 'an empty text', given: '', arrives: '' },
  { name: 'a NUL', given: 'a\u0000b', arrives: 'a\u0000b' },
  { name: 'lone surrogates, as U+FFFD', given: 'a\uD800b\uDC00c', arrives: 'a\uFFFDb\uFFFDc' },
  { name: 'a pair of surrogates', given: '\uD83D\uDE00', arrives: '\uD83D\uDE00' },
  { name: 'null, as a text', given: null, arrives: 'null' },
  { name: 'undefined, as a text', given: undefined, arrives: 'undefined' },
  { name: 'a number, as a text', given: 1.5, arrives: '1.5' },
  { name: 'true, as a text', given: true, arrives: 'true' },
  { name: 'an object, as a text', given: {}, arrives: '[object Object]' },
  { name: 'an array, as a text', given: [1, 2], arrives: '1,2' },
  { name: 'an object with toString', given: { toString: () => 'made' }, arrives: 'made' },
]

const sentTexts = texts.map(
  ({ name, given, arrives }): Expectation => ({
    name: `send() takes ${name}`,
    async run(t) {
      expect(await sent(t, given)).toEqual([{ isBinary: false, head: arrives }])
    },
  }),
)

const binaries: readonly { name: string; given: () => unknown; arrives: string }[] = [
  { name: 'an ArrayBuffer', given: () => bytes.slice().buffer, arrives: '0123456789' },
  { name: 'an empty ArrayBuffer', given: () => new ArrayBuffer(0), arrives: '' },
  { name: 'a view', given: () => bytes.slice(), arrives: '0123456789' },
  { name: 'a part of a view', given: () => bytes.subarray(2, 5), arrives: '234' },
  {
    name: 'a view of wider numbers',
    given: () => new Uint16Array([0x4241, 0x4443]),
    arrives: 'ABCD',
  },
  { name: 'a DataView', given: () => new DataView(bytes.slice().buffer, 3, 4), arrives: '3456' },
  { name: 'an empty view', given: () => new Uint8Array(0), arrives: '' },
  { name: 'a Blob', given: () => new Blob(['blob', bytes.slice(0, 2)]), arrives: 'blob01' },
  { name: 'an empty Blob', given: () => new Blob([]), arrives: '' },
  { name: 'a detached buffer, as an empty one', given: () => detached().buffer, arrives: '' },
  { name: 'a view of a detached buffer, as an empty one', given: () => detached(), arrives: '' },
]

const sentBinaries = binaries.map(
  ({ name, given, arrives }): Expectation => ({
    name: `send() takes ${name}`,
    async run(t) {
      expect(await sent(t, given())).toEqual([{ isBinary: true, head: arrives }])
    },
  }),
)

function detached(): Uint8Array {
  const view = bytes.slice()
  structuredClone(view.buffer, { transfer: [view.buffer] })
  return view
}

/** Sends it between two others, and returns what came between those. */
async function sent({ open, line }: Context, data: unknown) {
  const socket = await open()
  socket.send('first')
  expect(socket.send(untyped(data))).toBeUndefined()
  socket.send('last')
  const { received } = await line.until({ received: 3 })
  expect([received[0]?.head, received[2]?.head]).toEqual(['first', 'last'])
  return received.slice(1, 2).map(({ isBinary, head }) => ({ isBinary, head }))
}

const discarded = [
  { name: 'ASCII', data: () => 'abc', bytes: 3 },
  { name: 'two-byte letters', data: () => 'üü', bytes: 4 },
  { name: 'an emoji', data: () => '😀', bytes: 4 },
  { name: 'a lone surrogate', data: () => '\uD800', bytes: 3 },
  { name: 'a buffer', data: () => new ArrayBuffer(7), bytes: 7 },
  { name: 'a view', data: () => new Uint16Array(3), bytes: 6 },
  { name: 'a Blob', data: () => new Blob(['12345']), bytes: 5 },
]

const COUNTS_FRAMES = { 'native webkit': 'WebKit counts the frame around it, too' }

const counted = discarded.flatMap(({ name, data, bytes }): Expectation[] => [
  {
    name: `what is sent when CLOSING is counted and not sent: ${name}`,
    notOn: COUNTS_FRAMES,
    async run({ open, line }) {
      const socket = await open()
      const closed = next(socket, 'close')
      socket.close()
      expect(socket.readyState).toBe(2)
      expect(socket.send(untyped(data()))).toBeUndefined()
      expect(socket.bufferedAmount).toBe(bytes)
      await closed
      expect(socket.bufferedAmount).toBe(bytes)
      expect((await line.report()).received).toEqual([])
    },
  },
  {
    name: `what is sent when CLOSED is counted: ${name}`,
    notOn: COUNTS_FRAMES,
    async run({ open }) {
      const socket = await open()
      const closed = next(socket, 'close')
      socket.close()
      await closed
      expect(socket.readyState).toBe(3)
      socket.send(untyped(data()))
      socket.send(untyped(data()))
      expect(socket.bufferedAmount).toBe(2 * bytes)
    },
  },
])

export const sendExpectations: readonly Expectation[] = [
  ...sentTexts,
  ...sentBinaries,
  ...counted,
  {
    name: 'send() needs an argument',
    async run({ open }) {
      const socket = await open()
      const send: () => void = untyped(socket.send.bind(socket))
      expect(thrownBy(send)).toBe('TypeError')
    },
  },
  {
    name: 'send() throws for a symbol, also when CONNECTING',
    async run({ make }) {
      const socket = make()
      expect(thrownBy(() => socket.send(untyped(Symbol('x'))))).toBe('TypeError')
      await next(socket, 'open')
      expect(thrownBy(() => socket.send(untyped(Symbol('x'))))).toBe('TypeError')
    },
  },
  {
    name: 'send() throws for a view of shared memory',
    async run({ open }) {
      const socket = await open()
      const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
      expect(thrownBy(() => socket.send(untyped(new Uint8Array(buffer))))).toBe('TypeError')
    },
  },
  {
    name: 'send() when CONNECTING throws InvalidStateError, and buffers nothing',
    async run({ make, line }) {
      const socket = make()
      expect(thrownBy(() => socket.send('too early'))).toBe('InvalidStateError')
      expect(() => socket.send('too early')).toThrow(DOMException)
      expect(socket.bufferedAmount).toBe(0)
      await next(socket, 'open')
      expect((await line.report()).received).toEqual([])
    },
    instead: {
      why: 'it queues: what is sent goes out once it is open, and is counted until then',
      async run({ make, line }) {
        const socket = make()
        socket.send('eärly')
        socket.send(untyped(bytes.subarray(0, 2)))
        expect(socket.bufferedAmount).toBe(8)
        const { received } = await line.until({ received: 2 })
        expect(received.map(({ head }) => head)).toEqual(['eärly', '01'])
        expect(socket.bufferedAmount).toBe(0)
      },
    },
  },
  {
    name: 'texts and binaries of all kinds keep their order',
    async run({ open, line }) {
      const socket = await open()
      for (let i = 0; i < 20; i++) {
        socket.send(new Blob([`blob ${i}`]))
        socket.send(`text ${i}`)
        socket.send(new TextEncoder().encode(`view ${i}`))
      }
      const { received } = await line.until({ received: 60 })
      const expected = Array.from({ length: 20 }, (_, i) => [`blob ${i}`, `text ${i}`, `view ${i}`])
      expect(received.map(({ head }) => head)).toEqual(expected.flat())
    },
  },
  {
    name: 'a message may be of 20 MB',
    async run({ open, line }) {
      const socket = await open()
      socket.send(new Uint8Array(20_000_000))
      const { received } = await line.until({ received: 1 }, 20_000)
      expect(received[0]?.bytes).toBe(20_000_000)
    },
    instead: {
      why: 'a queue is bounded by 16 MiB: it fails, as a full buffer does',
      async run({ open, line }) {
        const socket = await open()
        const names = noted(socket)
        const closed = next(socket, 'close')
        expect(socket.send(new Uint8Array(20_000_000))).toBeUndefined()
        expect(names).toEqual([])
        const { code, wasClean } = await closed
        expect({ code, wasClean, names }).toEqual({ code: 1006, wasClean: false, names: ['error', 'close'] })
        expect([socket.readyState, socket.bufferedAmount]).toEqual([3, 20_000_000])
        expect((await line.report()).received).toEqual([])
      },
    },
  },
  {
    name: 'a buffer is sent as it was at the call',
    async run({ open, line }) {
      const socket = await open()
      const view = bytes.slice()
      socket.send(view)
      view.fill(0)
      const { received } = await line.until({ received: 1 })
      expect(received[0]?.head).toBe('0123456789')
    },
  },
  {
    name: 'bufferedAmount counts at once, in UTF-8, and is 0 when all has left',
    notOn: { node: 'ws counts what the kernel did not take, which is nothing here' },
    async run({ open, line }) {
      const socket = await open()
      socket.send('grüße')
      expect(socket.bufferedAmount).toBe(7)
      socket.send(new Blob(['12']))
      socket.send(new ArrayBuffer(4))
      expect(socket.bufferedAmount).toBe(13)
      await line.until({ received: 3 })
      await new Promise<void>((resolve) => {
        const look = () => (socket.bufferedAmount === 0 ? resolve() : void setTimeout(look, 5))
        look()
      })
    },
  },
  {
    name: 'bufferedAmount does not return to 0 when a line dies with unsent data',
    notOn: { node: 'ws and undici say 0 when they close', webkit: 'WebKitGTK hands all on at once' },
    async run({ open, line }) {
      const socket = await open()
      await line.order('stall', true)
      const text = 'x'.repeat(1_000_000)
      for (let i = 0; i < 16; i++) socket.send(text)
      const closed = next(socket, 'close')
      await line.order('reset')
      await closed
      const kept = socket.bufferedAmount
      expect(kept).toBeGreaterThan(1_000_000)
      socket.send('abc')
      expect(socket.bufferedAmount).toBe(kept + 3)
    },
    instead: {
      why: 'what was not sent is queued again and counted until it has left',
      async run({ open, line }) {
        const socket = await open()
        await line.order('stall', true)
        const text = 'x'.repeat(100_000)
        for (let i = 0; i < 100; i++) socket.send(text)
        const closed = next(socket, 'close')
        const opened = next(socket, 'open')
        await line.order('reset')
        await closed
        expect(socket.bufferedAmount).toBeGreaterThan(1_000_000)
        await line.order('stall', false)
        await opened
        await new Promise<void>((resolve) => {
          const look = () => (socket.bufferedAmount === 0 ? resolve() : void setTimeout(look, 5))
          look()
        })
      },
    },
  },
]
