import { timeText } from './environment.ts'
import type { ConnectionEvent } from './events.ts'
import type { CloseInfo, ConnectionState } from './state.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * Makes lines for people of a connection's events, without the content of any message. It prints nothing by
 * itself: it calls what you give it.
 *
 * @param write - Takes a line, and how much it matters.
 * @example
 * ```ts
 * connection.events$.subscribe(logger((line, level) => console[level](line)))
 * ```
 */
export function logger(write: (line: string, level: LogLevel) => void): (event: ConnectionEvent) => void {
  return (event) => {
    const [level, text] = describeEvent(event)
    write(`${timeText(event.at)} ${text}`, level)
  }
}

function describeEvent(event: ConnectionEvent): [LogLevel, string] {
  switch (event.type) {
    case 'state': {
      const { state, previous, cause, duration, outbox } = event
      const queued = outbox.queued === 0 ? '' : `, ${outbox.queued} queued (${outbox.queuedBytes} bytes)`
      const text = `${describeState(state)}; ${previous.status} for ${duration} ms, by ${cause}${queued}`
      return [state.status === 'closed' && state.by !== 'user' ? 'error' : 'info', text]
    }
    case 'lost': {
      const next = event.delay === undefined ? '' : ` in ${Math.round(event.delay)} ms`
      return ['warn', `lost: ${describeClose(event.close)}; ${describeVerdict(event.verdict)}${next}`]
    }
    case 'dropped':
      return [
        event.reason === 'moved' || event.reason === 'stored' ? 'info' : 'warn',
        `dropped a message of ${event.bytes} bytes: ${event.reason}`,
      ]
    case 'recovered':
      return ['info', `${event.count} messages (${event.bytes} bytes) are queued again`]
    case 'unconfirmed': {
      const { count, bytes, older } = event
      const told = older === 0 ? `${count} messages (${bytes} bytes)` : `${count + older} messages`
      const rest = older === 0 ? '' : `; ${older} not remembered`
      return ['warn', `${told} may have arrived or not${rest}`]
    }
    case 'restored':
      return ['info', `${event.count} messages (${event.bytes} bytes) of a former life are queued`]
    case 'unobserved':
      return ['debug', `${event.count} messages came that nobody took`]
    case 'late':
      return ['debug', `the ${event.timer} timer came ${Math.round(event.by)} ms late`]
    case 'handover': {
      const { step, reason, close } = event
      const why = close ? `: ${describeClose(close)}` : ''
      return [step === 'failed' ? 'warn' : 'info', `handover ${step}${quoted(reason)}${why}`]
    }
    case 'channel':
      return ['debug', `channel: ${event.action}`]
    case 'request': {
      const { outcome, duration, attempts, error } = event
      const why = error ? `: ${error.code}, ${error.message}` : ''
      const text = `request ${outcome} after ${duration} ms, sent ${attempts === 1 ? 'once' : `${attempts} times`}${why}`
      return [outcome === 'answered' ? 'debug' : 'warn', text]
    }
    case 'error':
      return ['error', `${event.error.code}: ${event.error.message}`]
    default:
      return event satisfies never
  }
}

function describeState(state: ConnectionState): string {
  const { status, attempt } = state
  switch (status) {
    case 'connecting':
      return `connecting, attempt ${attempt}, ${state.phase}`
    case 'waiting':
      return `waiting ${Math.round(state.delay)} ms for attempt ${attempt + 1}`
    case 'suspended':
      return `suspended, ${state.by}`
    case 'closed': {
      const why = state.error ? `, ${state.error.code}` : ''
      return `closed by ${state.by}, ${state.code}${quoted(state.reason)}${why}`
    }
    default:
      return status
  }
}

function describeClose({ code, reason, wasClean, local, error }: CloseInfo): string {
  const why = error ? `, ${error.code}` : ''
  return `${code}${quoted(reason)}${wasClean ? ', clean' : ''}${local ? `, ${local}` : ''}${why}`
}

function describeVerdict(verdict: Extract<ConnectionEvent, { type: 'lost' }>['verdict']): string {
  return typeof verdict === 'string' ? verdict : `retry after ${verdict.retryAfter} ms`
}

/** A server's own words, in one line. */
function quoted(reason: string): string {
  return reason === '' ? '' : ` ${JSON.stringify(reason)}`
}
