import { expect } from 'vitest'
import { type Expectation, next, thrownBy, untyped } from './expectation.ts'

const BAD_URLS = [
  '',
  'ws://',
  'ws:///',
  'ws://a b/',
  'ws://[::1',
  'http://[::1',
  'ws://a.test:99999/',
  'ftp://a.test/',
  'mailto:a@a.test',
  'about:blank',
  'ws://a.test/#',
  'ws://a.test/#fragment',
  'ws://a.test/path?query#fragment',
  'http://a.test/#fragment',
]

const badUrls = BAD_URLS.map(
  (url): Expectation => ({
    ...(url.includes(' ') ? { notOn: { chromium: 'its URL parser lets a space into a host' } } : {}),
    name: `the URL ${JSON.stringify(url)} is a SyntaxError at once`,
    run({ WebSocket }) {
      // An empty URL is the page's own, whose scheme is mapped; it is none where a fragment would stay.
      const bad = url === '' ? '#' : url
      expect(thrownBy(() => new WebSocket(bad))).toBe('SyntaxError')
      expect(() => new WebSocket(bad)).toThrow(DOMException)
    },
  }),
)

const GOOD_URLS = [
  ['', '/'],
  ['/', '/'],
  ['/a%20b', '/a%20b'],
  ['/a b?c d', '/a%20b?c%20d'],
  ['/./a/../b', '/b'],
  ['/ü?ü', '/%C3%BC?%C3%BC'],
  ['/\uD800', '/%EF%BF%BD'],
  ['?q=1&r=%23', '/?q=1&r=%23'],
] as const

const goodUrls = GOOD_URLS.map(
  ([given, path]): Expectation => ({
    name: `the path ${JSON.stringify(given)} is resolved in url, from the start`,
    async run({ make, line }) {
      const socket = make([], given)
      expect(socket.url).toBe(line.url + path)
      await next(socket, 'open')
      expect(socket.url).toBe(line.url + path)
      expect((await line.report()).urls).toEqual([path])
    },
  }),
)

const SEPARATORS = '()<>@,;:\\"/[]?={} \t'
const BAD_PROTOCOLS = [...SEPARATORS, '\u0000', '\u001f', '\u007f', '\u0080', 'é', '€', '\uD800', '\r', '\n']

const badProtocols = BAD_PROTOCOLS.map(
  (character): Expectation => ({
    name: `a subprotocol with ${JSON.stringify(character)} is a SyntaxError`,
    run({ WebSocket, line }) {
      const protocol = `a${character}b`
      expect(thrownBy(() => new WebSocket(line.url, protocol))).toBe('SyntaxError')
      expect(thrownBy(() => new WebSocket(line.url, ['fine', protocol]))).toBe('SyntaxError')
    },
  }),
)

interface Offer {
  readonly name: string
  readonly given: unknown
  readonly offered: readonly string[]
  readonly notOn?: Expectation['notOn']
}

const offers: readonly Offer[] = [
  { name: 'a text', given: 'chat', offered: ['chat'] },
  { name: 'a list', given: ['chat', 'superchat'], offered: ['chat', 'superchat'] },
  { name: 'an empty list', given: [], offered: [] },
  { name: 'undefined', given: undefined, offered: [] },
  { name: 'null, as a text', given: null, offered: ['null'] },
  { name: 'a number, as a text', given: 7, offered: ['7'] },
  { name: 'numbers in a list', given: [1, 2], offered: ['1', '2'] },
  { name: 'a Set', given: new Set(['a', 'b']), offered: ['a', 'b'] },
  { name: 'a generator', given: 'generator', offered: ['x', 'y'] },
  { name: 'an object with toString', given: { toString: () => 'made' }, offered: ['made'] },
  { name: 'a String object, letter by letter', given: new String('ab'), offered: ['a', 'b'] },
  { name: 'all characters of a token', given: "!#$%&'*+-.^_`|~09azAZ", offered: ["!#$%&'*+-.^_`|~09azAZ"] },
  {
    name: 'the same letters in another case',
    given: ['echo', 'Echo'],
    offered: ['echo', 'Echo'],
    notOn: { undici: 'undici takes them for the same' },
  },
]

function* generator() {
  yield 'x'
  yield 'y'
}

const goodProtocols = offers.map(
  ({ name, given, offered, notOn = {} }): Expectation => ({
    name: `subprotocols may be ${name}`,
    notOn,
    async run({ make, line }) {
      const socket = make(untyped(given === 'generator' ? generator() : given))
      expect(socket.protocol).toBe('')
      await next(socket, 'open')
      expect((await line.report()).protocolsOffered).toEqual([offered])
      expect(socket.protocol).toBe(offered[0] ?? '')
    },
  }),
)

export const constructExpectations: readonly Expectation[] = [
  ...badUrls,
  ...goodUrls,
  ...badProtocols,
  ...goodProtocols,
  {
    name: 'http: is mapped to ws:',
    async run({ WebSocket, line, closing }) {
      const socket = closing(new WebSocket(`${line.url.replace('ws:', 'http:')}/room`))
      expect(socket.url).toBe(`${line.url}/room`)
      await next(socket, 'open')
    },
  },
  {
    name: 'https: is mapped to wss:, and the default port left out',
    run({ WebSocket }) {
      const socket = new WebSocket('HTTPS://LOCALHOST:443/')
      expect(socket.url).toBe('wss://localhost/')
      socket.close()
    },
  },
  {
    name: 'a URL may be a URL object, or anything with toString',
    run({ WebSocket, line, closing }) {
      const sockets = [
        new WebSocket(new URL('/a', line.url)),
        new WebSocket(untyped({ toString: () => `${line.url}/b` })),
        new WebSocket(untyped([`${line.url}/c`])),
      ].map(closing)
      expect(sockets.map(({ url }) => new URL(url).pathname)).toEqual(['/a', '/b', '/c'])
    },
  },
  {
    name: 'a relative URL is resolved against the document',
    notOn: { node: 'a document' },
    run({ WebSocket }) {
      const socket = new WebSocket('room?x')
      expect(socket.url).toBe(new URL('room?x', document.baseURI).href.replace(/^http/, 'ws'))
      socket.close()
    },
  },
  {
    name: 'what the toString of a URL throws is thrown on',
    run({ WebSocket }) {
      const error = new RangeError('mine')
      const url = {
        toString() {
          throw error
        },
      }
      expect(() => new WebSocket(untyped(url))).toThrow(error)
    },
  },
  {
    name: 'a symbol as URL or subprotocol is a TypeError',
    run({ WebSocket, line }) {
      expect(thrownBy(() => new WebSocket(untyped(Symbol('x'))))).toBe('TypeError')
      expect(thrownBy(() => new WebSocket(line.url, untyped(Symbol('x'))))).toBe('TypeError')
      expect(thrownBy(() => new WebSocket(line.url, untyped([Symbol('x')])))).toBe('TypeError')
    },
  },
  {
    name: 'an iterator that is no function is a TypeError',
    run({ WebSocket, line }) {
      expect(thrownBy(() => new WebSocket(line.url, untyped({ [Symbol.iterator]: 1 })))).toBe('TypeError')
    },
  },
  {
    name: 'an empty subprotocol is a SyntaxError',
    run({ WebSocket, line }) {
      expect(thrownBy(() => new WebSocket(line.url, ''))).toBe('SyntaxError')
      expect(thrownBy(() => new WebSocket(line.url, ['']))).toBe('SyntaxError')
      expect(thrownBy(() => new WebSocket(line.url, untyped({})))).toBe('SyntaxError')
    },
  },
  {
    name: 'the same subprotocol twice is a SyntaxError',
    run({ WebSocket, line }) {
      expect(thrownBy(() => new WebSocket(line.url, ['a', 'b', 'a']))).toBe('SyntaxError')
    },
  },
  {
    name: 'nothing is dialled for what is a SyntaxError',
    async run({ WebSocket, line, make }) {
      thrownBy(() => new WebSocket(`${line.url}/#x`))
      thrownBy(() => new WebSocket(line.url, 'a b'))
      await next(make(), 'open')
      expect((await line.report()).urls).toEqual(['/'])
    },
  },
  {
    name: 'the subprotocol is the one that the server chose, and stays after the end',
    async run({ line, make }) {
      await line.order('configure', { protocol: 'b' })
      const socket = make(['a', 'b'])
      await next(socket, 'open')
      expect(socket.protocol).toBe('b')
      const closed = next(socket, 'close')
      socket.close()
      await closed
      expect(socket.protocol).toBe('b')
    },
  },
  {
    name: 'a new one is CONNECTING, with nothing buffered and nothing negotiated',
    run({ make }) {
      const { readyState, bufferedAmount, extensions, protocol, binaryType } = make('a')
      const all = { readyState, bufferedAmount, extensions, protocol, binaryType }
      const fresh = { readyState: 0, bufferedAmount: 0, extensions: '', protocol: '', binaryType: 'blob' }
      expect(all).toEqual(fresh)
    },
  },
]
