import { expect } from 'vitest'
import { type Expectation, next, noted, thrownBy, untyped } from './expectation.ts'

/** Web IDL rounds with [Clamp]. */
const CUT_OFF = { notOn: { native: 'Chromium cuts fractions off' } }
const isBroken = (code: unknown) => typeof code === 'number' && code % 1 !== 0

const BAD_CODES: readonly unknown[] = [
  0,
  1,
  500,
  999,
  1001,
  1002,
  1005,
  1006,
  1011,
  1015,
  1016,
  2999,
  5000,
  65_535,
  65_536,
  66_536,
  -1,
  4999.5,
  2999.4,
  NaN,
  Infinity,
  -Infinity,
  null,
  'x',
  '',
  {},
  [],
  false,
  '0x',
]

const badCodes = BAD_CODES.map(
  (code): Expectation => ({
    ...(isBroken(code) ? CUT_OFF : {}),
    name: `close(${typeof code} ${JSON.stringify(code) ?? code}, ${String(code)}) is an InvalidAccessError`,
    async run({ make }) {
      const socket = make()
      expect(thrownBy(() => socket.close(untyped(code)))).toBe('InvalidAccessError')
      expect(() => socket.close(untyped(code))).toThrow(DOMException)
      expect(socket.readyState).toBe(0)
      await next(socket, 'open')
      expect(thrownBy(() => socket.close(untyped(code)))).toBe('InvalidAccessError')
      expect(socket.readyState).toBe(1)
    },
  }),
)

const GOOD_CODES: readonly (readonly [given: unknown, sent: number])[] = [
  [1000, 1000],
  [3000, 3000],
  [4999, 4999],
  ['3210', 3210],
  [' 0xBB8 ', 3000],
  [2999.5, 3000],
  [3000.5, 3000],
  [3001.5, 3002],
  [4998.6, 4999],
  [{ valueOf: () => 4000 }, 4000],
  [[4001], 4001],
]

const goodCodes = GOOD_CODES.map(
  ([given, sent]): Expectation => ({
    ...(isBroken(given) ? CUT_OFF : {}),
    name: `close(${JSON.stringify(given)}) closes with ${sent}`,
    async run({ open, line }) {
      const socket = await open()
      const closed = next(socket, 'close')
      socket.close(untyped(given))
      const { code, reason, wasClean } = await closed
      expect({ code, reason, wasClean }).toEqual({ code: sent, reason: '', wasClean: true })
      const report = await line.until({ closed: 1 })
      expect(report.closed).toEqual([{ connection: 0, code: sent, reason: '' }])
    },
  }),
)

const reasons: readonly { name: string; given: unknown; sent: string }[] = [
  { name: 'a text', given: 'bye', sent: 'bye' },
  { name: 'of 123 bytes', given: 'x'.repeat(123), sent: 'x'.repeat(123) },
  { name: 'of 123 bytes in 41 characters', given: '€'.repeat(41), sent: '€'.repeat(41) },
  { name: 'with a lone surrogate', given: '\uD807', sent: '\uFFFD' },
  { name: 'null, as a text', given: null, sent: 'null' },
  { name: 'a number, as a text', given: 5, sent: '5' },
  { name: 'undefined, as none', given: undefined, sent: '' },
]

const goodReasons = reasons.map(
  ({ name, given, sent }): Expectation => ({
    name: `a reason may be ${name}`,
    async run({ open, line }) {
      const socket = await open()
      const closed = next(socket, 'close')
      socket.close(3000, untyped(given))
      expect((await closed).reason).toBe(sent)
      const report = await line.until({ closed: 1 })
      expect(report.closed).toEqual([{ connection: 0, code: 3000, reason: sent }])
    },
  }),
)

const LONG_REASONS = ['x'.repeat(124), '€'.repeat(42), '\uD800'.repeat(42), `${'x'.repeat(120)}😀`]

const longReasons = LONG_REASONS.map(
  (reason): Expectation => ({
    name: `a reason of ${new TextEncoder().encode(reason).length} bytes in ${reason.length} units is a SyntaxError`,
    async run({ open }) {
      const socket = await open()
      expect(thrownBy(() => socket.close(1000, reason))).toBe('SyntaxError')
      expect(() => socket.close(1000, reason)).toThrow(DOMException)
      expect(socket.readyState).toBe(1)
    },
  }),
)

export const closeExpectations: readonly Expectation[] = [
  ...badCodes,
  ...goodCodes,
  ...goodReasons,
  ...longReasons,
  {
    name: 'a long reason is a SyntaxError without a code too',
    notOn: { native: 'Chromium takes undefined for 0 where a reason follows' },
    async run({ open }) {
      const socket = await open()
      expect(thrownBy(() => socket.close(undefined, 'x'.repeat(124)))).toBe('SyntaxError')
      expect(socket.readyState).toBe(1)
    },
  },
  {
    name: 'the code is looked at before the reason, both after they are converted',
    async run({ open }) {
      const socket = await open()
      expect(thrownBy(() => socket.close(1, 'x'.repeat(124)))).toBe('InvalidAccessError')
      expect(thrownBy(() => socket.close(1, untyped(Symbol('x'))))).toBe('TypeError')
      expect(thrownBy(() => socket.close(untyped(Symbol('x'))))).toBe('TypeError')
      expect(thrownBy(() => socket.close(untyped(1000n)))).toBe('TypeError')
    },
  },
  {
    name: 'close() sends no code where none is given: 1005',
    async run({ open, line }) {
      const socket = await open()
      const closed = next(socket, 'close')
      socket.close()
      const { code, reason, wasClean } = await closed
      expect({ code, reason, wasClean }).toEqual({ code: 1005, reason: '', wasClean: true })
      expect((await line.until({ closed: 1 })).closed).toMatchObject([{ code: 1005 }])
    },
  },
  {
    name: 'close(undefined) is close()',
    async run({ open, line }) {
      const socket = await open()
      socket.close(undefined, undefined)
      expect((await line.until({ closed: 1 })).closed).toMatchObject([{ code: 1005 }])
    },
  },
  {
    name: 'close() returns undefined, and tells nothing before it has returned',
    async run({ open }) {
      const socket = await open()
      const names = noted(socket)
      expect(socket.close()).toBeUndefined()
      expect(names).toEqual([])
      expect(socket.readyState).toBe(2)
      await next(socket, 'close')
      expect(names).toEqual(['close'])
    },
  },
  {
    name: 'close() again changes nothing: the first counts',
    async run({ open, line }) {
      const socket = await open()
      const names = noted(socket)
      const closed = next(socket, 'close')
      socket.close(3000, 'first')
      socket.close(3001, 'second')
      const { code, reason } = await closed
      expect({ code, reason }).toEqual({ code: 3000, reason: 'first' })
      socket.close(3002)
      expect(thrownBy(() => socket.close(1))).toBe('InvalidAccessError')
      expect((await line.until({ closed: 1 })).closed).toMatchObject([{ code: 3000 }])
      expect(names).toEqual(['close'])
    },
  },
  {
    name: 'close() when CONNECTING is CLOSING at once, then error and close 1006; it never opens',
    async run({ make, line }) {
      const socket = make()
      const names = noted(socket)
      socket.close(3000, 'early')
      expect(socket.readyState).toBe(2)
      expect(names).toEqual([])
      await Promise.resolve()
      expect(names).toEqual([])
      socket.onerror = () => expect(socket.readyState).toBe(3)
      const { code, reason, wasClean } = await next(socket, 'close')
      expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: '', wasClean: false })
      expect(socket.readyState).toBe(3)
      expect(names).toEqual(['error', 'close'])
      expect((await line.report()).received).toEqual([])
    },
  },
  {
    name: 'close() while the handshake hangs is told without it',
    async run({ make, line }) {
      await line.order('hangHandshake', true)
      const socket = make()
      await line.until({ handshakes: 1 })
      const names = noted(socket)
      socket.close()
      expect(socket.readyState).toBe(2)
      const { code, wasClean } = await next(socket, 'close')
      expect({ code, wasClean, names }).toEqual({ code: 1006, wasClean: false, names: ['error', 'close'] })
    },
  },
  {
    name: 'close() in its close event does nothing',
    async run({ open }) {
      const socket = await open()
      const names = noted(socket)
      socket.onclose = () => socket.close()
      const closed = next(socket, 'close')
      socket.close()
      await closed
      expect(socket.readyState).toBe(3)
      expect(names).toEqual(['close'])
    },
  },
  {
    name: 'no message is told after close()',
    async run({ open, line }) {
      await line.order('configure', { echo: true })
      const socket = await open()
      const names = noted(socket)
      const closed = next(socket, 'close')
      socket.send('answered too late')
      socket.close(1000)
      await closed
      expect(names).toEqual(['close'])
      expect((await line.report()).received).toHaveLength(1)
    },
  },
  {
    name: 'what was sent before close() arrives',
    async run({ open, line }) {
      const socket = await open()
      for (let i = 0; i < 101; i++) socket.send(`${i}`)
      const closed = next(socket, 'close')
      socket.close(1000)
      expect((await closed).wasClean).toBe(true)
      const { received } = await line.report()
      expect(received).toHaveLength(101)
      expect(received.at(-1)?.head).toBe('100')
    },
  },
  {
    name: 'a Blob that was sent before close() arrives',
    notOn: { 'native webkit': 'WebKit sends its close frame while it still reads it' },
    async run({ open, line }) {
      const socket = await open()
      const closed = next(socket, 'close')
      socket.send(new Blob(['blob']))
      socket.close(1000)
      expect((await closed).wasClean).toBe(true)
      expect((await line.report()).received.map(({ head }) => head)).toEqual(['blob'])
    },
  },
  {
    name: 'a close by the server is told with its code and reason, and is the end',
    async run({ open, line }) {
      const socket = await open()
      const names = noted(socket)
      const closed = next(socket, 'close')
      await line.order('closeAll', 4321, 'grüße')
      const { code, reason, wasClean } = await closed
      expect({ code, reason, wasClean }).toEqual({ code: 4321, reason: 'grüße', wasClean: true })
      expect(names).toEqual(['close'])
      expect(socket.readyState).toBe(3)
    },
    instead: {
      why: 'it comes back',
      async run({ open, line }) {
        const socket = await open()
        const names = noted(socket)
        const closed = next(socket, 'close')
        const opened = next(socket, 'open')
        await line.order('closeAll', 4321, 'grüße')
        const { code, reason, wasClean } = await closed
        expect({ code, reason, wasClean }).toEqual({ code: 4321, reason: 'grüße', wasClean: true })
        expect(socket.readyState).toBe(0)
        await opened
        expect(names).toEqual(['close', 'open'])
      },
    },
  },
  {
    name: 'a close 1000 by the server is the end',
    async run({ open, line }) {
      const socket = await open()
      const closed = next(socket, 'close')
      await line.order('closeAll', 1000)
      expect((await closed).code).toBe(1000)
      expect(socket.readyState).toBe(3)
    },
  },
  {
    name: 'a cut line is close 1006, not clean, when CLOSED',
    async run({ open, line }) {
      const socket = await open()
      const closed = next(socket, 'close')
      await line.order('reset')
      const { code, reason, wasClean } = await closed
      expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: '', wasClean: false })
      expect(socket.readyState).toBe(3)
    },
    instead: {
      why: 'it comes back',
      async run({ open, line }) {
        const socket = await open()
        const closed = next(socket, 'close')
        const opened = next(socket, 'open')
        await line.order('reset')
        const { code, reason, wasClean } = await closed
        expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: '', wasClean: false })
        expect(socket.readyState).toBe(0)
        await opened
        expect(socket.readyState).toBe(1)
      },
    },
  },
]
