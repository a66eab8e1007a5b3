import { type CodeRule, ruleFor, type Verdict } from './close-codes.ts'
import { HoldfastError } from './errors.ts'
import type { MachineConfig } from './machine.ts'
import type { ClosedState, CloseInfo } from './state.ts'

/** What is counted during one outage. */
export interface Tally {
  readonly dials: number
  /** Delays drawn. */
  readonly delays: number
  /** The last draw, in ms. */
  readonly previous: number
  /** Closes by a code of one `limited` kind, in a row. */
  readonly streak: { readonly of: 'protocol' | 'size' | 'none'; readonly count: number }
  /** Sign-ins refused in a row, but for failed dials between them. */
  readonly refusals: number
  /** Dials that do not count for `maxAttempts`. */
  readonly excused: number
  /** The newest of them; 0 for none. */
  readonly excusedDial: number
  /** Connections that a heartbeat found dead. */
  readonly silences: number
  /** The rest of a delay was skipped. */
  readonly isHastened: boolean
}

export const FRESH: Tally = {
  dials: 0,
  delays: 0,
  previous: 0,
  streak: { of: 'none', count: 0 },
  refusals: 0,
  excused: 0,
  excusedDial: 0,
  silences: 0,
  isHastened: false,
}

export interface Judgement {
  readonly tally: Tally
  readonly verdict: Verdict
  /** Until the next attempt, in ms. */
  readonly delay: number
  /** The part of it that the server asked for. */
  readonly floor: number
  /** Set when there is none. */
  readonly stop?: { readonly by: Exclude<ClosedState['by'], 'user'>; readonly error?: HoldfastError }
}

/**
 * What the close itself does not say. `'fatal'`: no further dial can do better. `'refused'`: the server
 * refused the sign-in by a message.
 */
export type LossCause = 'fatal' | 'refused'

type JudgeConfig = Pick<
  MachineConfig,
  'reconnect' | 'backoff' | 'random' | 'shouldReconnect' | 'canReauthenticate' | 'maxRefusals' | 'maxAttempts'
>

/**
 * Whether and when to come back after a loss. Pure, given a random source.
 *
 * @param wasUsable - The connection was open; while it signs in the socket alone is.
 */
export function judge(
  tally: Tally,
  close: CloseInfo,
  config: JudgeConfig,
  cause?: LossCause,
  wasUsable: boolean = close.phase === 'open',
): Judgement {
  const stop = (by: 'verdict' | 'attempts' | 'auth', counted = tally, error?: HoldfastError): Judgement => {
    return { tally: counted, verdict: 'stop', delay: 0, floor: 0, stop: { by, ...(error && { error }) } }
  }
  if (cause === 'fatal' || !config.reconnect) return stop('verdict')

  const answer = config.shouldReconnect(close, tally.dials)
  const rule = answer === undefined ? tableRule(close, config, cause) : answeredRule(answer)
  const counted = count(tally, close, rule, wasUsable)
  if (rule.kind === 'stop') return stop('verdict', counted)
  if (rule.kind === 'limited' && counted.streak.count > rule.tries) return stop('verdict', counted)
  if (rule.kind === 'reauthenticate' && counted.refusals >= config.maxRefusals) {
    const by = cause ? 'message' : close.code
    const text = `The server refused ${counted.refusals} sign-ins in a row; last by ${by}.`
    return stop('auth', counted, new HoldfastError('AUTH_REFUSED', text))
  }
  if (tally.dials - tally.excused >= config.maxAttempts) return stop('attempts', counted)

  const verdict = answer ?? (rule.kind === 'reauthenticate' ? 'reauthenticate' : 'retry')
  // Fresh credentials deserve one try at once; a loop of them does not.
  const isFirstRefusal = rule.kind === 'reauthenticate' && counted.refusals === 1
  const floor = rule.kind === 'retry' ? (rule.floor ?? 0) : 0
  // Who was found dead was dead for a while already, and each client finds it at a time of its own.
  const isFirstSilence = close.local === 'heartbeat' && counted.silences === 1 && floor === 0
  if (isFirstRefusal || isFirstSilence) return { tally: counted, verdict, delay: 0, floor: 0 }
  const draw = drawFor(rule, counted, config)
  const delay = floor + draw
  return { tally: { ...counted, delays: counted.delays + 1, previous: draw }, verdict, delay, floor }
}

function tableRule(close: CloseInfo, config: JudgeConfig, cause: LossCause | undefined): CodeRule {
  if (cause === 'refused') return { kind: 'reauthenticate' }
  // A dial that fails says nothing by its code: browsers hide the reason, and mock-socket says 1000.
  if (close.phase === 'connecting') return { kind: 'retry' }
  const rule = ruleFor(close.code)
  return rule.kind === 'reauthenticate' && !config.canReauthenticate ? { kind: 'stop' } : rule
}

function answeredRule(answer: Verdict): CodeRule {
  return typeof answer === 'object' ? { kind: 'retry', floor: answer.retryAfter } : { kind: answer }
}

/** Failed dials lie between two answers of a peer and change no row; another answer ends it. */
function count(tally: Tally, close: CloseInfo, rule: CodeRule, wasUsable: boolean): Tally {
  const isRefusal = rule.kind === 'reauthenticate'
  const silences = tally.silences + (close.local === 'heartbeat' ? 1 : 0)
  if (close.phase === 'connecting') return { ...tally, refusals: tally.refusals + Number(isRefusal) }
  // Usable, and lost for another reason: its token was taken, so two that were revoked far apart are no row.
  const refused = wasUsable ? 0 : tally.refusals
  const refusals = isRefusal ? tally.refusals + 1 : refused
  if (rule.kind !== 'limited') return { ...tally, refusals, silences, streak: FRESH.streak }
  const before = tally.streak.of === rule.streak ? tally.streak.count : 0
  return { ...tally, refusals, silences, streak: { of: rule.streak, count: before + 1 } }
}

function drawFor(rule: CodeRule, tally: Tally, config: JudgeConfig): number {
  const { random } = config
  if (rule.kind === 'retry' && rule.spread !== undefined && !(rule.firstOnly && tally.delays > 0)) {
    return random() * rule.spread
  }
  return config.backoff({ attempt: tally.delays + 1, previous: tally.previous, random })
}
