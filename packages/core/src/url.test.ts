import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { setUpOpen } from '../../../test/unit/set-up.ts'
import { queryParameter } from './carriers.ts'
import { canParse, checkClose, checkProtocols, givenUrl, needsBase, resolveUrl } from './url.ts'

const CONFIGURATION = expect.objectContaining({ code: 'CONFIGURATION' })

/** What a call throws, as a text with all that a log would show. */
function thrownBy(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return `${(error as Error).stack} ${JSON.stringify(error)} ${String((error as Error).cause)}`
  }
  throw new Error('It did not throw.')
}

describe('resolveUrl()', () => {
  it.each<[string | URL, string | undefined, string]>([
    ['ws://a.test', undefined, 'ws://a.test/'],
    ['wss://a.test/room?q=1', undefined, 'wss://a.test/room?q=1'],
    ['http://a.test/x', undefined, 'ws://a.test/x'],
    ['https://a.test/x', undefined, 'wss://a.test/x'],
    ['HTTPS://A.test', undefined, 'wss://a.test/'],
    ['http://a.test:80/', undefined, 'ws://a.test/'],
    ['https://a.test:443/', undefined, 'wss://a.test/'],
    ['http://a.test:443/', undefined, 'ws://a.test:443/'],
    ['ws://a.test:8080/', undefined, 'ws://a.test:8080/'],
    [new URL('https://a.test/y'), undefined, 'wss://a.test/y'],
    ['/room', 'https://a.test/page?x#y', 'wss://a.test/room'],
    ['room', 'http://a.test/dir/page', 'ws://a.test/dir/room'],
    ['?q', 'http://a.test/page', 'ws://a.test/page?q'],
    ['//b.test/room', 'https://a.test/', 'wss://b.test/room'],
    ['', 'http://a.test/page', 'ws://a.test/page'],
    ['ws://b.test/', 'https://a.test/', 'ws://b.test/'],
    ['ws://ü.test/é', undefined, 'ws://xn--tda.test/%C3%A9'],
    ['ws://a.test/?q=%23', undefined, 'ws://a.test/?q=%23'],
    ['ws://[::1]:9/', undefined, 'ws://[::1]:9/'],
  ])('makes of %s, with the base %s: %s', (url, base, resolved) => {
    expect(resolveUrl(url, base)).toBe(resolved)
  })

  it.each<[string, unknown, string?]>([
    ['a relative URL without a base', '/room'],
    ['an empty text without a base', ''],
    ['a host that is none', 'ws://a b.test'],
    ['no host', 'ws://'],
    ['a bad port', 'ws://a.test:99999'],
    ['another scheme', 'ftp://a.test'],
    ['a scheme that is not of the network', 'mailto:a@b.test'],
    ['a script', 'javascript:alert(1)'],
    ['a fragment', 'ws://a.test/#x'],
    ['an empty fragment', 'ws://a.test/#'],
    ['a fragment in a relative URL', '/room#x', 'http://a.test'],
    ['a base of another scheme', '/room', 'file:///a'],
    ['a base that leads nowhere', '/room', 'about:blank'],
    ['null', null],
    ['undefined', undefined],
    ['a number', 5],
    ['an object', { href: 'ws://a.test' }],
    ['a boxed text', Object('ws://a.test')],
  ])('refuses %s', (_, url, base) => {
    expect(() => resolveUrl(url, base)).toThrow(CONFIGURATION)
  })

  it.each<[unknown, string]>([
    [5, 'url must be a string or a URL; got 5.'],
    ['/room', 'url is not valid, or has no base.'],
    ['ftp://a.test', "url must be ws, wss, http or https; its scheme is 'ftp:'."],
    ['ws://a.test/#x', 'url must not have a fragment (#).'],
  ])('says of %s what is wrong with it', (url, message) => {
    expect(() => resolveUrl(url, undefined)).toThrow(message)
  })

  it.each([
    'ftp://user:s3cret@a.test/?token=s3cret',
    'ws://a.test/?token=s3cret#s3cret',
    'ws://s3cret s3cret/?s3cret',
    '/room?token=s3cret',
  ])('shows no more of a bad URL than its scheme (%s)', (url) => {
    expect(thrownBy(() => resolveUrl(url, undefined))).not.toContain('s3cret')
  })

  it('resolves what it has resolved to the same', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
        const resolved = resolveUrl(url, undefined)
        expect(resolved).toMatch(/^wss?:\/\//)
        expect(resolveUrl(resolved, undefined)).toBe(resolved)
      }),
    )
  })
})

describe('givenUrl()', () => {
  it.each<[string | URL, string | undefined, string]>([
    ['http://a.test', undefined, 'ws://a.test/'],
    ['/room', 'http://a.test', 'ws://a.test/room'],
    ['/room', undefined, '/room'],
    [new URL('http://a.test'), undefined, 'ws://a.test/'],
  ])('of %s with the base %s is %s: what cannot be resolved yet stays', (url, base, given) => {
    expect(givenUrl(url, base)).toBe(given)
  })

  it('refuses what no base can help', () => {
    expect(() => givenUrl('http://', undefined)).toThrow(CONFIGURATION)
  })
})

describe('a host without URL.canParse, as browsers were until 2023', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('is asked by new URL() instead', async () => {
    vi.spyOn(URL, 'canParse').mockImplementation(() => {
      throw new TypeError('URL.canParse is not a function')
    })
    expect([canParse('ws://a.test/'), canParse('/a'), canParse('/a', 'ws://a.test')]).toEqual([
      true,
      false,
      true,
    ])
    const { connection } = await setUpOpen({
      auth: { token: () => 'x', via: queryParameter(), allowInsecure: true },
    })
    expect(connection.state.status).toBe('open')
  })
})

describe('needsBase()', () => {
  it.each<[unknown, boolean]>([
    ['/room', true],
    ['room', true],
    ['', true],
    ['?q', true],
    ['//a.test', true],
    ['ws://a.test', false],
    ['ftp://a.test', false],
    ['http://', false],
    [new URL('ws://a.test'), false],
    [undefined, false],
  ])('of %s: %s', (url, needs) => {
    expect(needsBase(url)).toBe(needs)
  })
})

describe('checkProtocols()', () => {
  it.each<[unknown, string[]]>([
    [[], []],
    ['chat', ['chat']],
    [
      ['chat.v1', 'chat.v2'],
      ['chat.v1', 'chat.v2'],
    ],
    ["!#$%&'*+-.^_`|~09azAZ", ["!#$%&'*+-.^_`|~09azAZ"]],
  ])('takes %j', (protocols, list) => {
    expect(checkProtocols(protocols)).toEqual(list)
  })

  it.each<[string, unknown]>([
    ['an empty one', ''],
    ['a space', 'a b'],
    ['a comma', 'a,b'],
    ['a slash', 'a/b'],
    ['a letter beyond ASCII', 'é'],
    ['a line break', 'a\n'],
    ['an empty one in a list', ['a', '']],
    ['the same twice', ['a', 'b', 'a']],
    ['undefined', undefined],
    ['null', null],
    ['a number', [5]],
    ['an object', {}],
  ])('refuses %s', (_, protocols) => {
    expect(() => checkProtocols(protocols)).toThrow(CONFIGURATION)
  })

  it.each<[unknown, string]>([
    [5, 'A subprotocol must be an RFC 7230 token; got 5.'],
    [['a', 'a'], 'A subprotocol is given twice.'],
  ])('says of %j what is wrong with it', (protocols, message) => {
    expect(() => checkProtocols(protocols)).toThrow(message)
  })

  it.each([['s3cret/'], [['s3cret', 's3cret']]])('shows nothing of them: %j', (protocols) => {
    expect(thrownBy(() => checkProtocols(protocols))).not.toContain('s3cret')
  })
})

describe('checkClose()', () => {
  it.each([undefined, 1000, 3000, 4999])('takes the code %s', (code) => {
    expect(() => checkClose(code, '')).not.toThrow()
  })

  it.each([0, 999, 1001, 1005, 1006, 1015, 2999, 5000, 3000.5, Number.NaN, Infinity, '1000', null, {}])(
    'refuses the code %s',
    (code) => {
      expect(() => checkClose(code, '')).toThrow(CONFIGURATION)
    },
  )

  it.each([
    ['no reason', undefined],
    ['123 bytes', 'x'.repeat(123)],
    ['123 bytes in characters of three', '€'.repeat(41)],
    ['123 bytes, the last four in a pair', `${'x'.repeat(119)}😀`],
  ])('takes %s', (_, reason) => {
    expect(() => checkClose(1000, reason)).not.toThrow()
  })

  it.each<[string, unknown]>([
    ['124 bytes', 'x'.repeat(124)],
    ['124 bytes in 42 characters', `x${'€'.repeat(41)}`],
    ['124 bytes that end with a lone surrogate', `${'x'.repeat(121)}\ud83d`],
    ['a number', 5],
    ['null', null],
  ])('refuses %s', (_, reason) => {
    expect(() => checkClose(1000, reason)).toThrow(CONFIGURATION)
  })

  it.each<[unknown, unknown, string]>([
    [1001, '', 'close(code) must be 1000 or 3000 to 4999; got 1001.'],
    [1000, 5, 'close(code, reason) must be a string; got 5.'],
    [1000, 'x'.repeat(124), 'close(code, reason) must be at most 123 UTF-8 bytes; got 124.'],
  ])('says of %s and %j what is wrong with it', (code, reason, message) => {
    expect(() => checkClose(code, reason)).toThrow(message)
  })

  it('does not show the reason that it refuses', () => {
    expect(thrownBy(() => checkClose(1000, 's3cret'.repeat(30)))).not.toContain('s3cret')
  })
})
