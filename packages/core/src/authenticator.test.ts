import { describe, expect, it } from 'vitest'
import type { Auth, SignIn, Token, TokenContext } from './auth.ts'
import { Authenticator } from './authenticator.ts'
import { queryParameter, tokenCarrier } from './carriers.ts'
import { HoldfastError } from './errors.ts'
import { type Effect, initial, type Machine } from './machine.ts'
import type { CloseInfo, ConnectionState } from './state.ts'
import { virtualClock } from './testing/index.ts'

const TARGET = { url: 'wss://example.com/', protocols: [] }
/** ms. */
const LIFE = 100_000
/** Half a minute before its end. */
const RENEWAL = LIFE - 30_000

const signIn: SignIn = {
  create: (token) => `sign-in ${token}`,
  accepted: (incoming) => incoming === 'welcome',
  refused: (incoming) => incoming === 'go away',
}

/** Tokens `t1`, `t2` … of {@link LIFE}, unless `answer` has another. */
function setUp(
  auth: Partial<Auth> = {},
  answer?: (call: number) => string | Token | Promise<string | Token>,
) {
  const clock = virtualClock()
  const asked: TokenContext[] = []
  const sent: unknown[] = []
  const errors: HoldfastError[] = []
  let renewals = 0
  const authenticator = new Authenticator(
    {
      token(context) {
        asked.push(context)
        return answer?.(asked.length) ?? { value: `t${asked.length}`, expiresAt: clock.now() + LIFE }
      },
      via: tokenCarrier({ signIn }),
      ...auth,
    },
    clock.environment,
    {
      send: (message) => sent.push(message),
      onError: (error) => errors.push(error),
      onRenewed: () => {
        renewals += 1
      },
    },
  )
  let machine = machineIn('idle', 0)
  const become = (status: ConnectionState['status'], generation: number, ...effects: Effect[]): void => {
    const before = machine
    machine = machineIn(status, generation)
    authenticator.follow(before, machine, effects)
  }
  return {
    clock,
    authenticator,
    asked,
    sent,
    errors,
    renewals: () => renewals,
    become,
    /** Dials, and is open with what the first call has given. */
    async open(): Promise<void> {
      become('connecting', 1)
      await authenticator.authorize(TARGET, 1)
      authenticator.begin()
      authenticator.read('welcome')
      become('open', 1)
    },
  }
}

/** As far as an authenticator looks at it. */
function machineIn(status: ConnectionState['status'], generation: number): Machine {
  return { ...initial({ lazy: false }), state: { status } as ConnectionState, generation }
}

function lost(close: Partial<CloseInfo>, more: Partial<Extract<Effect, { type: 'tell-lost' }>> = {}): Effect {
  const whole: CloseInfo = { code: 1006, reason: '', wasClean: false, phase: 'open', ...close }
  return { type: 'tell-lost', close: whole, verdict: 'retry', ...more }
}

function handoverFailed(close: Partial<CloseInfo>): Effect {
  const whole: CloseInfo = { code: 1006, reason: '', wasClean: false, phase: 'open', ...close }
  return { type: 'tell-handover', step: 'failed', reason: 'token renewed', close: whole }
}

const REFUSED = new HoldfastError('AUTH_REFUSED', 'The server refused the sign-in message.')

describe('the token of a dial', () => {
  it.each<[string, (token: string) => string | Promise<string>]>([
    ['at once', (token) => token],
    ['later', async (token) => token],
  ])('that comes %s is put on its carrier', async (_when, hand) => {
    const { authenticator } = setUp({ via: queryParameter() }, () => hand('secret'))
    const target = await authenticator.authorize(TARGET, 1)
    expect(target).toEqual({ url: 'wss://example.com/?access_token=secret', protocols: [] })
  })

  it('leaves the target as it is where it goes by message', async () => {
    const { authenticator } = setUp()
    expect(await authenticator.authorize(TARGET, 1)).toBe(TARGET)
  })

  it('is sent by message once, and nothing is without such a carrier', async () => {
    const { authenticator, sent } = setUp()
    await authenticator.authorize(TARGET, 1)
    authenticator.begin()
    expect(sent).toEqual(['sign-in t1'])
    const other = setUp({ via: queryParameter() })
    await other.authenticator.authorize(TARGET, 1)
    other.authenticator.begin()
    expect(other.sent).toEqual([])
    expect(other.authenticator.read('welcome')).toBe('other')
  })

  it.each<[string, Auth['via'], (authenticator: Authenticator) => unknown]>([
    [
      'handshake',
      tokenCarrier({
        handshake: (_target, token) => {
          throw new Error(`cannot carry ${token}`)
        },
      }),
      (authenticator) => authenticator.authorize(TARGET, 1),
    ],
    [
      'signIn.create',
      tokenCarrier({
        signIn: {
          ...signIn,
          create: (token) => {
            throw new Error(`cannot carry ${token}`)
          },
        },
      }),
      (authenticator) => {
        authenticator.authorize(TARGET, 1)
        authenticator.begin()
      },
    ],
  ])('is not shown where %s throws', (_part, via, dial) => {
    const { authenticator } = setUp({ via })
    let error: unknown
    try {
      dial(authenticator)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'HANDLER', message: expect.stringContaining('auth.via threw') })
    expect((error as HoldfastError).cause).toBeUndefined()
    expect(String((error as HoldfastError).stack)).not.toContain('t1')
  })

  it('does not travel in the clear', () => {
    const { authenticator, asked } = setUp()
    const insecure = { ...TARGET, url: 'ws://example.com/' }
    expect(() => authenticator.authorize(insecure, 1)).toThrow(
      expect.objectContaining({ code: 'INSECURE', message: expect.stringContaining('use wss:') }),
    )
    expect(asked).toEqual([])
  })

  it('is shared by one for another socket, which sends over its own', async () => {
    const { authenticator, sent } = setUp()
    const over: unknown[] = []
    const fork = authenticator.fork((message) => over.push(message))
    await authenticator.authorize(TARGET, 1)
    await fork.authorize(TARGET, 1)
    fork.begin()
    expect([sent, over]).toEqual([[], ['sign-in t1']])
  })
})

describe('the answer to a sign-in message', () => {
  it('is read once, and only after the message was sent', async () => {
    const { authenticator } = setUp()
    expect(authenticator.read('welcome')).toBe('other')
    await authenticator.authorize(TARGET, 1)
    expect(authenticator.read('welcome')).toBe('other')
    authenticator.begin()
    expect(authenticator.read('news')).toBe('other')
    expect(authenticator.read('welcome')).toBe('accepted')
    expect(authenticator.read('welcome')).toBe('other')
    expect(authenticator.read('go away')).toBe('other')
  })

  it('may be a refusal, where there is a predicate for it', async () => {
    const { authenticator } = setUp()
    await authenticator.authorize(TARGET, 1)
    authenticator.begin()
    expect(authenticator.read('go away')).toBe('refused')
    const { refused: _, ...without } = signIn
    const other = setUp({ via: tokenCarrier({ signIn: without }) })
    await other.authenticator.authorize(TARGET, 1)
    other.authenticator.begin()
    expect(other.authenticator.read('go away')).toBe('other')
    expect(other.authenticator.read('welcome')).toBe('accepted')
    expect(other.errors).toEqual([])
  })

  it('is none where the predicate throws, which is told', async () => {
    const cause = new Error('no such member')
    const throwing = (): never => {
      throw cause
    }
    const { authenticator, errors } = setUp({
      via: tokenCarrier({ signIn: { ...signIn, refused: throwing } }),
    })
    await authenticator.authorize(TARGET, 1)
    authenticator.begin()
    expect(authenticator.read('news')).toBe('other')
    expect(errors).toEqual([
      expect.objectContaining({ code: 'HANDLER', message: 'A predicate of auth.via threw.', cause }),
    ])
    expect(authenticator.read('welcome')).toBe('accepted')
  })

  it('is awaited no more once the attempt has ended', async () => {
    const { authenticator, become } = setUp()
    become('connecting', 1)
    await authenticator.authorize(TARGET, 1)
    authenticator.begin()
    become('waiting', 1, lost({}))
    expect(authenticator.read('welcome')).toBe('other')
  })
})

describe('a loss', () => {
  it.each<[string, Effect, ConnectionState['status'], refused: boolean | 'kept']>([
    ['of a living connection keeps the token', lost({}), 'waiting', 'kept'],
    ['that asks for another token', lost({ code: 4401 }, { verdict: 'reauthenticate' }), 'waiting', true],
    ['by a refusal that ends it', lost({}, { verdict: 'stop', error: REFUSED }), 'closed', true],
    ['of a dial', lost({ phase: 'connecting' }), 'waiting', false],
    ['that ends the connection', lost({ code: 4403 }, { verdict: 'stop' }), 'closed', false],
  ])('%s', async (_what, effect, status, expected) => {
    const { authenticator, asked, open, become } = setUp()
    await open()
    become(status, 1, effect)
    become('connecting', 2)
    await authenticator.authorize(TARGET, 2)
    if (expected === 'kept') expect(asked).toHaveLength(1)
    else expect(asked[1]).toMatchObject({ attempt: 2, refused: expected })
  })

  it('of another kind is none: what else a step says changes nothing', async () => {
    const { authenticator, asked, open, become } = setUp()
    await open()
    become('open', 1, { type: 'drain' }, { type: 'tell-handover', step: 'started', reason: '' })
    await authenticator.authorize(TARGET, 1)
    expect(asked).toHaveLength(1)
  })
})

describe('a handover that failed', () => {
  it.each<[string, Partial<CloseInfo>, refused: boolean]>([
    ['by a refusing message', { error: REFUSED }, true],
    ['by a refusing close code', { code: 4401 }, true],
    ['by a cut', {}, false],
    ['before its socket was open', { code: 4401, phase: 'connecting' }, false],
  ])('%s has the next dial ask for a token', async (_how, close, refused) => {
    const { authenticator, asked, open, become } = setUp()
    await open()
    become('open', 1, handoverFailed(close))
    await authenticator.authorize(TARGET, 2)
    expect(asked[1]).toMatchObject({ refused })
  })

  it('is tried again after 30 s where it brings renewed tokens, and not otherwise', async () => {
    for (const [renewBy, expected] of [
      ['handover', 2],
      ['next-dial', 0],
    ] as const) {
      const { clock, open, become, renewals, asked } = setUp({ via: queryParameter(), renewBy })
      await open()
      await clock.advance(RENEWAL)
      expect(renewals()).toBe(renewBy === 'handover' ? 1 : 0)
      become('open', 1, handoverFailed({}))
      await clock.advance(29_999)
      expect(renewals()).toBe(Math.min(1, expected))
      await clock.advance(1)
      expect(renewals()).toBe(expected)
      expect(asked).toHaveLength(renewBy === 'handover' ? 3 : 2)
    }
  })

  it('leaves a renewal under way alone, unless it may be its token that does not come', async () => {
    for (const local of ['timeout', 'error'] as const) {
      const { clock, open, become, asked } = setUp({}, (count) =>
        count === 1 ? { value: 't1', expiresAt: clock.now() + LIFE } : new Promise<never>(() => undefined),
      )
      await open()
      await clock.advance(RENEWAL)
      become('open', 1, handoverFailed({ local }))
      expect(asked[1]?.signal.aborted).toBe(local === 'timeout')
    }
  })
})

describe('the renewal of a living connection', () => {
  it('comes half a minute before the token expires, and again', async () => {
    const { clock, open, sent, asked } = setUp()
    await open()
    await clock.advance(RENEWAL - 1)
    expect(sent).toHaveLength(1)
    await clock.advance(1)
    expect(sent).toEqual(['sign-in t1', 'sign-in t2'])
    expect(asked[1]).toMatchObject({ attempt: 0, refused: false })
    await clock.advance(RENEWAL)
    expect(sent).toHaveLength(3)
  })

  it('has its answer read as the first one had', async () => {
    const { clock, open, authenticator } = setUp()
    await open()
    await clock.advance(RENEWAL)
    expect(authenticator.read('go away')).toBe('refused')
  })

  it('never comes for a token without an end', async () => {
    const { clock, open } = setUp({}, () => 'for ever')
    await open()
    expect(clock.pending).toBe(0)
  })

  it('goes by the newest token: another socket of the same connection has its own time', async () => {
    const { clock, open, become, authenticator, sent } = setUp()
    await open()
    await clock.advance(10_000)
    become('waiting', 1, lost({ phase: 'connecting' }))
    expect(clock.pending).toBe(0)
    become('connecting', 2)
    await authenticator.authorize(TARGET, 2)
    authenticator.begin()
    become('open', 2)
    await clock.advance(RENEWAL - 1)
    expect(sent).toEqual(['sign-in t1', 'sign-in t2'])
    await clock.advance(1)
    expect(sent).toHaveLength(3)
  })

  it('starts anew after a handover, from open to open', async () => {
    const { clock, open, become, sent } = setUp()
    await open()
    become('open', 2)
    expect(clock.pending).toBe(1)
    await clock.advance(RENEWAL)
    expect(sent).toHaveLength(2)
  })

  it('waits on where the clock was set back', async () => {
    const { clock, open, sent } = setUp()
    await open()
    await clock.advance(RENEWAL - 1_000)
    clock.set(clock.now() - 50_000)
    await clock.advance(1_000)
    expect(sent).toHaveLength(1)
    await clock.advance(50_000)
    expect(sent).toHaveLength(2)
  })

  it('that fails is told and tried again, ever sooner, and no more once the token has expired', async () => {
    const tries: number[] = []
    const { clock, open, errors, sent } = setUp({}, (call) => {
      if (call === 1) return { value: 't1', expiresAt: clock.now() + LIFE }
      tries.push(clock.now() - start)
      throw new Error('down')
    })
    const start = clock.now()
    await open()
    await clock.advance(2 * LIFE)
    // What is left is halved, down to a second.
    expect(tries.slice(0, 3)).toEqual([70_000, 85_000, 92_500])
    expect(tries.at(-1)).toBeGreaterThanOrEqual(LIFE - 1_000)
    expect(tries.at(-1)).toBeLessThan(LIFE + 1_000)
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0))
    expect(Math.min(...gaps)).toBe(1_000)
    expect(errors.map(({ code }) => code)).toEqual(tries.map(() => 'TOKEN'))
    expect(sent).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('that comes after the end is neither sent nor told, and leaves no timer', async () => {
    for (const end of ['resolve', 'reject'] as const) {
      let settle = (): void => {}
      const late = new Promise<string>((resolve, reject) => {
        settle = end === 'resolve' ? () => resolve('t2') : () => reject(new Error('down'))
      })
      const { clock, open, become, errors, sent, asked } = setUp({}, (call) =>
        call === 1 ? { value: 't1', expiresAt: clock.now() + LIFE } : late,
      )
      await open()
      await clock.advance(RENEWAL)
      become('closed', 1)
      expect(asked[1]?.signal.aborted).toBe(true)
      settle()
      await clock.advance(LIFE)
      expect([sent.length, errors, clock.pending]).toEqual([1, [], 0])
    }
  })

  it('is kept for the next dial where the carrier cannot bring it, or is not to', async () => {
    for (const via of [queryParameter(), tokenCarrier({ signIn: { ...signIn, renew: false } })]) {
      const { clock, open, authenticator, asked, sent, renewals } = setUp({ via })
      await open()
      const before = sent.length
      await clock.advance(RENEWAL)
      expect([asked.length, sent.length, renewals()]).toEqual([2, before, 0])
      await authenticator.authorize(TARGET, 1)
      expect(asked).toHaveLength(2)
    }
  })
})
