import { describe, expect, it } from 'vitest'
import type { Auth, Token, TokenContext } from './auth.ts'
import { queryParameter } from './carriers.ts'
import type { HoldfastError } from './errors.ts'
import { virtualClock } from './testing/index.ts'
import { TokenSource } from './token-source.ts'

function setUp(answers: (() => string | Token | Promise<string | Token>)[], auth: Partial<Auth> = {}) {
  const clock = virtualClock()
  const asked: TokenContext[] = []
  const errors: HoldfastError[] = []
  const tokens = new TokenSource(
    {
      token(context) {
        asked.push(context)
        const answer = answers[asked.length - 1] ?? (() => 'more')
        return answer()
      },
      via: queryParameter(),
      ...auth,
    },
    clock.environment,
    (error) => void errors.push(error),
  )
  return { clock, tokens, asked, errors }
}

const CAUSE = new Error('no cookie')
const TOKEN = expect.objectContaining({ code: 'TOKEN' })

describe('a token that is asked for', () => {
  it('comes at once where nothing makes it wait', () => {
    const { tokens, asked } = setUp([() => 'a'])
    expect(tokens.get(3)).toBe('a')
    expect(asked).toMatchObject([{ attempt: 3, refused: false }])
  })

  it('is asked for every time where nothing says how long it is good for', () => {
    const { tokens } = setUp([() => 'a', () => 'b'])
    expect([tokens.get(1), tokens.get(2)]).toEqual(['a', 'b'])
    expect(tokens.renewAt).toBe(Infinity)
  })

  it('is used again until shortly before it expires', async () => {
    const { tokens, clock } = setUp([() => ({ value: 'a', expiresAt: clock.now() + 100_000 }), () => 'b'])
    expect(tokens.get(1)).toBe('a')
    expect(tokens.renewAt).toBe(clock.now() + 70_000)
    await clock.advance(69_999)
    expect(tokens.get(2)).toBe('a')
    await clock.advance(1)
    expect(tokens.get(3)).toBe('b')
  })

  it('is kept for half its life at least, however early it is to be renewed', () => {
    const { tokens, clock } = setUp([() => ({ value: 'a', expiresAt: clock.now() + 1_000 })])
    tokens.get(1)
    expect(tokens.renewAt).toBe(clock.now() + 500)
  })

  it.each<[string, () => string | Token | Promise<string | Token>, string]>([
    [
      'throws',
      () => {
        throw CAUSE
      },
      'auth.token threw.',
    ],
    ['rejects', () => Promise.reject(CAUSE), 'auth.token rejected.'],
  ])('is an error that names its cause where the function %s', async (_, answer, message) => {
    const { tokens } = setUp([answer])
    await expect(async () => tokens.get(1)).rejects.toMatchObject({ code: 'TOKEN', message, cause: CAUSE })
    expect(await tokens.get(2)).toBe('more')
  })

  it('is refused with a time that is not in ms', () => {
    const { tokens, clock } = setUp([
      () => ({ value: 'a', expiresAt: new Date(8e15) as never }),
      () => ({ value: 'b', expiresAt: clock.now() / 1_000 + 3_600 }),
      () => ({ value: 'c', expiresAt: clock.now() + 1 }),
    ])
    expect(() => tokens.get(1)).toThrow('expiresAt must be epoch ms; got an object (Date)')
    expect(() => tokens.get(2)).toThrow(/^expiresAt must be epoch ms; got 17\d{8}/)
    expect(tokens.get(3)).toBe('c')
  })

  it('is used once where it is over by the clock of this host, which may be wrong, and that is told', () => {
    const { tokens, asked, clock, errors } = setUp([
      () => ({ value: 'a', expiresAt: clock.now() - 3_600_000 }),
      () => ({ value: 'b', expiresAt: clock.now() }),
      () => ({ value: 'c', expiresAt: clock.now() + 60_000 }),
    ])
    expect([tokens.get(1), tokens.renewAt, tokens.expiresAt]).toEqual(['a', Infinity, Infinity])
    expect([tokens.get(2), tokens.renewAt]).toEqual(['b', Infinity])
    expect([tokens.get(3), tokens.renewAt]).toEqual(['c', clock.now() + 30_000])
    expect(tokens.get(4)).toBe('c')
    expect(asked).toHaveLength(3)
    const message = 'expiresAt is over, by the clock of this host.'
    expect(errors).toMatchObject([
      { code: 'TOKEN', message },
      { code: 'TOKEN', message },
    ])
  })

  it('is fetched by one call at a time', async () => {
    let answer: (token: string) => void = () => undefined
    const pending = new Promise<string>((resolve) => {
      answer = resolve
    })
    const { tokens, asked } = setUp([() => pending])
    const both = [tokens.fetch(1), tokens.fetch(0)]
    answer('a')
    expect(await Promise.all(both)).toEqual(['a', 'a'])
    expect(asked).toHaveLength(1)
  })
})

describe('a token that cannot be had', () => {
  const cause = new Error('no')

  it.each<[string, () => string | Token]>([
    [
      'throws',
      () => {
        throw cause
      },
    ],
    ['gives nothing', () => undefined as never],
    ['gives an empty text', () => ''],
    ['gives a number', () => 5 as never],
    ['gives null', () => null as never],
    ['gives a line break', () => 'a\nb'],
    ['gives an object without a value', () => ({}) as Token],
    ['gives an expiry that is no number', () => ({ value: 'a', expiresAt: 'soon' as never })],
    ['gives an expiry in seconds', () => ({ value: 'a', expiresAt: 1_800_000_000 })],
    ['gives an expiry that is NaN', () => ({ value: 'a', expiresAt: Number.NaN })],
  ])('throws TOKEN where the function %s', async (_, answer) => {
    expect(() => setUp([answer]).tokens.get(1)).toThrow(TOKEN)
    await expect(setUp([async () => answer()]).tokens.get(1)).rejects.toThrow(TOKEN)
  })

  it('can be asked for again', async () => {
    const { tokens } = setUp([() => Promise.reject(cause), () => 'b'])
    await expect(tokens.get(1)).rejects.toThrow(TOKEN)
    expect(tokens.get(2)).toBe('b')
  })
})

describe('a refused token', () => {
  it('is not used again, and the next call is told', () => {
    const { tokens, asked, clock } = setUp([
      () => ({ value: 'a', expiresAt: clock.now() + 100_000 }),
      () => 'b',
      () => 'c',
    ])
    tokens.get(1)
    tokens.invalidate(true)
    expect(tokens.get(2)).toBe('b')
    tokens.invalidate(false)
    tokens.get(3)
    expect(asked.map(({ refused }) => refused)).toEqual([false, true, false])
  })

  it('is still one after a call that failed: the function may have it in a cache of its own', async () => {
    const { tokens, asked } = setUp([() => 'a', () => Promise.reject(new Error('no')), () => 'c'])
    tokens.get(1)
    tokens.invalidate(true)
    await expect(tokens.get(2)).rejects.toThrow(TOKEN)
    // The attempt has failed, which says nothing about any token.
    tokens.invalidate(false)
    tokens.get(3)
    expect(asked.map(({ refused }) => refused)).toEqual([false, true, true])
  })
})

describe('abort()', () => {
  it('aborts the signal of a call under way, and nobody gets what comes of it', async () => {
    let answer: (token: string) => void = () => undefined
    const { tokens, asked } = setUp([
      () =>
        new Promise<string>((resolve) => {
          answer = resolve
        }),
      () => 'b',
    ])
    const late = tokens.fetch(1)
    expect(asked[0]?.signal.aborted).toBe(false)
    tokens.abort()
    expect(asked[0]?.signal.aborted).toBe(true)
    answer('a')
    await expect(late).rejects.toThrow(TOKEN)
    expect(tokens.get(2)).toBe('b')
  })

  it('ends the wait for a function that takes no notice, and no other', async () => {
    const never = () => new Promise<never>(() => undefined)
    const { tokens, asked } = setUp([never, never])
    const first = tokens.fetch(1)
    tokens.abort()
    const second = tokens.fetch(2)
    await expect(first).rejects.toThrow('The call was given up.')
    expect(tokens.fetch(3)).toBe(second)
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false])
  })

  it('is nothing where no call is under way', () => {
    expect(() => setUp([]).tokens.abort()).not.toThrow()
  })
})
