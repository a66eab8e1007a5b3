import { describe, expect, it } from 'vitest'
import type { Verdict } from './close-codes.ts'
import type { MachineConfig } from './machine.ts'
import type { CloseInfo } from './state.ts'
import { FRESH, type Judgement, judge, type Tally } from './verdict.ts'

type JudgeConfig = Parameters<typeof judge>[2]

/** A backoff that is easily told from a floor and a spread: 100, 200, 300 … */
const STEPS: MachineConfig['backoff'] = ({ attempt }) => attempt * 100

const CONFIG: JudgeConfig = {
  reconnect: true,
  backoff: STEPS,
  random: () => 0.5,
  shouldReconnect: () => undefined,
  canReauthenticate: true,
  maxRefusals: 2,
  maxAttempts: Infinity,
}

function closeOf(code: number, phase: CloseInfo['phase'] = 'open'): CloseInfo {
  return { code, reason: '', wasClean: code !== 1006, phase }
}

const DIALLED: Tally = { ...FRESH, dials: 1 }

function judged(code: number, config: Partial<JudgeConfig> = {}, tally = DIALLED): Judgement {
  return judge(tally, closeOf(code), { ...CONFIG, ...config })
}

/** The judgements of closes that come one after the other, each after a dial. */
function inTurn(closes: readonly (number | CloseInfo)[], config: Partial<JudgeConfig> = {}): Judgement[] {
  let tally = FRESH
  return closes.map((close) => {
    const info = typeof close === 'number' ? closeOf(close) : close
    const judgement = judge({ ...tally, dials: tally.dials + 1 }, info, { ...CONFIG, ...config })
    tally = judgement.tally
    return judgement
  })
}

const outcomes = (judgements: readonly Judgement[]) =>
  judgements.map(({ stop, verdict, delay }) => (stop ? `closed by ${stop.by}` : `${verdict} in ${delay}`))

describe('the verdict on an open connection, by its close code', () => {
  it.each<[number, string]>([
    [1000, 'closed by verdict'],
    [1001, 'retry in 2500'],
    [1002, 'retry in 100'],
    [1003, 'retry in 100'],
    [1005, 'retry in 100'],
    [1006, 'retry in 100'],
    [1007, 'retry in 100'],
    [1008, 'reauthenticate in 0'],
    [1009, 'retry in 100'],
    [1010, 'closed by verdict'],
    [1011, 'retry in 100'],
    [1012, 'retry in 17500'],
    [1013, 'retry in 30100'],
    [1014, 'retry in 100'],
    [3000, 'reauthenticate in 0'],
    [3003, 'closed by verdict'],
    [3008, 'retry in 100'],
    [3999, 'retry in 100'],
    [4000, 'retry in 100'],
    [4400, 'closed by verdict'],
    [4401, 'reauthenticate in 0'],
    [4403, 'closed by verdict'],
    [4406, 'closed by verdict'],
    [4408, 'retry in 100'],
    [4429, 'retry in 30100'],
    [4999, 'retry in 100'],
  ])('%i: %s', (code, outcome) => {
    expect(outcomes([judged(code)])).toEqual([outcome])
  })

  it.each([1000, 1001, 1002, 1008, 1009, 1010, 1012, 1013, 3003, 4400, 4401, 4403, 4429])(
    '%i before open is a failed attempt like any other: retried, and no refusal',
    (code) => {
      const { verdict, delay, stop, tally } = judge(DIALLED, closeOf(code, 'connecting'), CONFIG)
      expect({ verdict, delay, stop }).toEqual({ verdict: 'retry', delay: 100, stop: undefined })
      expect(tally).toMatchObject({ refusals: 0, streak: { count: 0 } })
    },
  )

  it.each([1008, 3000, 4401])('%i stops where no dial could bring other credentials', (code) => {
    expect(outcomes([judged(code, { canReauthenticate: false })])).toEqual(['closed by verdict'])
  })
})

describe('the delay', () => {
  it.each<[number, number, number]>([
    [1001, 0, 5_000],
    [1012, 5_000, 30_000],
    [1013, 30_100, 30_100],
  ])('after %i is drawn evenly from %i to %i ms', (code, low, high) => {
    const at = (random: number) => judged(code, { random: () => random }).delay
    expect(at(0)).toBe(low)
    expect(at(0.25)).toBe(low + (high - low) / 4)
    expect(at(0.999_999)).toBeGreaterThanOrEqual(low + (high - low) * 0.99)
    expect(at(0.999_999)).toBeLessThanOrEqual(high)
  })

  it('after 1001 is spread only as the first of an outage, then backs off', () => {
    expect(outcomes(inTurn([1001, 1001, 1001]))).toEqual(['retry in 2500', 'retry in 200', 'retry in 300'])
  })

  it('after 1001 backs off where a dial has already failed', () => {
    expect(outcomes(inTurn([closeOf(1006, 'connecting'), 1001]))).toEqual(['retry in 100', 'retry in 200'])
  })

  it('after 1012 is spread every time', () => {
    expect(outcomes(inTurn([1012, 1012]))).toEqual(['retry in 17500', 'retry in 17500'])
  })

  it('after 1013 is the floor and a draw, every time', () => {
    expect(outcomes(inTurn([1013, 4429]))).toEqual(['retry in 30100', 'retry in 30200'])
  })

  it('tells the backoff what it drew before, floors left out', () => {
    const contexts: unknown[] = []
    const backoff: MachineConfig['backoff'] = ({ attempt, previous }) => {
      contexts.push({ attempt, previous })
      return 70 + attempt
    }
    inTurn([1013, 1006, 1012, 1006], { backoff })
    expect(contexts).toEqual([
      { attempt: 1, previous: 0 },
      { attempt: 2, previous: 71 },
      { attempt: 4, previous: 12_500 },
    ])
  })
})

describe('codes that are tried a few times more', () => {
  it.each([1002, 1003, 1007])('%i: two more tries with backoff, then the end', (code) => {
    expect(outcomes(inTurn([code, code, code]))).toEqual([
      'retry in 100',
      'retry in 200',
      'closed by verdict',
    ])
  })

  it('counts 1002, 1003 and 1007 together: the same talk fails again', () => {
    expect(outcomes(inTurn([1002, 1007, 1003])).at(-1)).toBe('closed by verdict')
  })

  it('1009: the third in a row is the end', () => {
    expect(outcomes(inTurn([1009, 1009, 1009]))).toEqual([
      'retry in 100',
      'retry in 200',
      'closed by verdict',
    ])
  })

  it('counts messages that are too big apart from protocol errors', () => {
    expect(outcomes(inTurn([1002, 1009, 1002, 1009, 1002])).at(-1)).toBe('retry in 500')
  })

  it.each([1006, 1001, 1012, 4000, 4401])('begins anew after %i', (other) => {
    const config = { maxRefusals: 10 }
    expect(outcomes(inTurn([1002, 1002, other, 1002, 1002], config)).at(-1)).toMatch(/^retry/)
  })

  it('does not begin anew after a dial that failed', () => {
    expect(outcomes(inTurn([1002, 1002, closeOf(1006, 'connecting'), 1002])).at(-1)).toBe('closed by verdict')
  })
})

describe('refused sign-ins', () => {
  it('brings fresh credentials at once, and gives up when maxRefusals were refused', () => {
    const judgements = inTurn([4401, 4401])
    expect(outcomes(judgements)).toEqual(['reauthenticate in 0', 'closed by auth'])
    const error = judgements[1]?.stop?.error
    expect(error?.code).toBe('AUTH_REFUSED')
    expect(error?.message).toContain('4401')
  })

  it('brings further ones with backoff', () => {
    expect(outcomes(inTurn([4401, 1008, 3000, 4401], { maxRefusals: 4 }))).toEqual([
      'reauthenticate in 0',
      'reauthenticate in 100',
      'reauthenticate in 200',
      'closed by auth',
    ])
  })

  it('gives up at the first with maxRefusals 1', () => {
    expect(outcomes(inTurn([4401], { maxRefusals: 1 }))).toEqual(['closed by auth'])
  })

  it('does not count a handshake that fails: browsers hide whether it was a 401', () => {
    const failed = closeOf(1006, 'connecting')
    expect(outcomes(inTurn([4401, failed, failed, 4401]))).toEqual([
      'reauthenticate in 0',
      'retry in 100',
      'retry in 200',
      'closed by auth',
    ])
  })
})

describe('refused sign-ins that are no row', () => {
  it('have an open connection between them that was lost for another reason: a token was taken', () => {
    expect(outcomes(inTurn([4401, 1011, 4401, 1002, 4401, closeOf(1006)]))).toEqual([
      'reauthenticate in 0',
      'retry in 100',
      'reauthenticate in 0',
      'retry in 200',
      'reauthenticate in 0',
      'retry in 300',
    ])
  })
})

describe('maxAttempts', () => {
  it('is the number of dials in one outage, the first included', () => {
    expect(outcomes(inTurn([1006, 1006, 1006], { maxAttempts: 3 }))).toEqual([
      'retry in 100',
      'retry in 200',
      'closed by attempts',
    ])
  })

  it('gives way to a code that means the end', () => {
    expect(outcomes([judged(1000, { maxAttempts: 1 })])).toEqual(['closed by verdict'])
  })

  it('bounds fresh credentials as well', () => {
    expect(outcomes([judged(4401, { maxAttempts: 1 })])).toEqual(['closed by attempts'])
  })
})

describe('shouldReconnect', () => {
  it.each<[Verdict, number, string]>([
    ['retry', 1000, 'retry in 100'],
    ['retry', 1001, 'retry in 100'],
    ['retry', 1012, 'retry in 100'],
    ['retry', 1013, 'retry in 100'],
    ['stop', 1006, 'closed by verdict'],
    ['reauthenticate', 1006, 'reauthenticate in 0'],
  ])("'%s' replaces the table's answer to %i whole", (answer, code, outcome) => {
    expect(outcomes([judged(code, { shouldReconnect: () => answer })])).toEqual([outcome])
  })

  it('{ retryAfter } is a floor under the draw, every time', () => {
    const retryAfter = { retryAfter: 40_000 }
    const judgements = inTurn([1006, 1000], { shouldReconnect: () => retryAfter })
    expect(judgements.map(({ delay }) => delay)).toEqual([40_100, 40_200])
    expect(judgements[0]?.verdict).toBe(retryAfter)
  })

  it('leaves it to the table with undefined', () => {
    expect(outcomes([judged(1000, { shouldReconnect: () => undefined })])).toEqual(['closed by verdict'])
  })

  it('is asked about failed dials too, with the number of the attempt', () => {
    const asked: unknown[] = []
    const shouldReconnect: JudgeConfig['shouldReconnect'] = ({ code, phase }, attempt) => {
      asked.push({ code, phase, attempt })
      return attempt < 2 ? undefined : 'stop'
    }
    const closes = [closeOf(1006, 'connecting'), 4000]
    expect(outcomes(inTurn(closes, { shouldReconnect }))).toEqual(['retry in 100', 'closed by verdict'])
    expect(asked).toEqual([
      { code: 1006, phase: 'connecting', attempt: 1 },
      { code: 4000, phase: 'open', attempt: 2 },
    ])
  })

  it("'reauthenticate' counts as a refusal also where there is nothing to ask", () => {
    const shouldReconnect = () => 'reauthenticate' as const
    expect(outcomes(inTurn([1006, 1006], { shouldReconnect, canReauthenticate: false }))).toEqual([
      'reauthenticate in 0',
      'closed by auth',
    ])
  })

  it('lifts the limit on a code that is tried a few times', () => {
    expect(outcomes(inTurn([1002, 1002, 1002, 1002], { shouldReconnect: () => 'retry' })).at(-1)).toBe(
      'retry in 400',
    )
  })
})

describe('without a next attempt', () => {
  it('stops after any loss with reconnect: false, and asks nobody', () => {
    const shouldReconnect = () => {
      throw new Error('asked')
    }
    expect(outcomes([judged(1006, { reconnect: false, shouldReconnect })])).toEqual(['closed by verdict'])
  })

  it('stops after a failure that no further dial can mend', () => {
    const { stop } = judge(DIALLED, closeOf(1006, 'connecting'), CONFIG, 'fatal')
    expect(stop).toEqual({ by: 'verdict' })
  })
})

describe('a sign-in that the server refuses by a message', () => {
  const refuse = (tally: Tally, code = 1006) =>
    judge({ ...tally, dials: tally.dials + 1 }, closeOf(code), CONFIG, 'refused', false)

  it('brings fresh credentials at once, whatever the code says', () => {
    expect(outcomes([refuse(FRESH), refuse(FRESH, 1000)])).toEqual([
      'reauthenticate in 0',
      'reauthenticate in 0',
    ])
  })

  it('is the end the second time, and says how it was refused', () => {
    const { stop, verdict } = refuse(refuse(FRESH).tally)
    expect(verdict).toBe('stop')
    expect(stop).toMatchObject({
      by: 'auth',
      error: {
        code: 'AUTH_REFUSED',
        message: 'The server refused 2 sign-ins in a row; last by message.',
      },
    })
  })

  it('counts with one by a close code, and is told from it', () => {
    const { stop } = judge(refuse(FRESH).tally, closeOf(4401), CONFIG, undefined, false)
    expect(stop).toMatchObject({ by: 'auth', error: { code: 'AUTH_REFUSED' } })
    expect(stop?.error?.message).toBe('The server refused 2 sign-ins in a row; last by 4401.')
  })
})

describe('a connection that a heartbeat found dead', () => {
  const silence: CloseInfo = { ...closeOf(1006), local: 'heartbeat' }

  it('is replaced at once the first time in an outage, whatever was lost before', () => {
    expect(outcomes(inTurn([1006, silence, silence]))).toEqual(['retry in 100', 'retry in 0', 'retry in 200'])
  })

  it('takes no delay from what is lost after it', () => {
    expect(outcomes(inTurn([silence, 1006, 1006]))).toEqual(['retry in 0', 'retry in 100', 'retry in 200'])
  })
})

it('counts refusals that shouldReconnect found in dials that failed', () => {
  const failed = closeOf(1006, 'connecting')
  expect(outcomes(inTurn([failed, failed], { shouldReconnect: () => 'reauthenticate' }))).toEqual([
    'reauthenticate in 0',
    'closed by auth',
  ])
})
