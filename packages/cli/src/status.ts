import type { CloseInfo, ConnectionEvent, ConnectionState, OutboxSnapshot } from '@holdfast/core'
import { seconds, visible } from './text.ts'

/** How a connection stands, beside what its state says. */
export interface Standing {
  readonly host: string
  readonly outbox: Pick<OutboxSnapshot, 'queued'>
  readonly unconfirmed: number
  /** What the last attempt failed of. */
  readonly failure: string | undefined
}

/** The line that is always there in a terminal: the state, the queue, and the countdown. */
export function statusLine(state: ConnectionState, standing: Standing, now: number): string {
  const { outbox, unconfirmed } = standing
  const parts = [stateText(state, standing.host, now), `${outbox.queued} queued`]
  // While it is open, what was just sent is unconfirmed for a moment.
  if (state.status !== 'open' && unconfirmed > 0) parts.push(`${unconfirmed} unconfirmed`)
  return parts.join(' · ')
}

function stateText(state: ConnectionState, host: string, now: number): string {
  switch (state.status) {
    case 'connecting':
      return `connecting to ${host}${state.attempt > 1 ? `, attempt ${state.attempt}` : ''}`
    case 'open':
      return `connected to ${host}`
    case 'waiting':
      return `next attempt in ${Math.max(0, Math.ceil((state.retryAt - now) / 1_000))} s`
    default:
      return state.status
  }
}

export const GOODBYE = 'closing; Ctrl-C again does not wait for the server'

/** What happened, for a person; undefined for what needs no word. */
export function describe(event: ConnectionEvent, standing: Standing): string | undefined {
  switch (event.type) {
    case 'state':
      return event.state.status === 'open' ? `connected to ${standing.host}` : undefined
    case 'lost': {
      const { queued } = standing.outbox
      const parts = [
        `lost: ${reasonOf(event.close, standing.failure)}`,
        ...(queued > 0 ? [`${queued} queued`] : []),
        ...(standing.unconfirmed > 0 ? [`${standing.unconfirmed} unconfirmed`] : []),
        ...(event.delay === undefined ? [] : [`next attempt in ${seconds(event.delay)}`]),
      ]
      return parts.join(', ')
    }
    default:
      return undefined
  }
}

/** The same for programs: never the content of a message. */
export function jsonEvent(event: ConnectionEvent, standing: Standing): object | undefined {
  const { queued } = standing.outbox
  const { unconfirmed } = standing
  switch (event.type) {
    case 'state': {
      const { status, attempt } = event.state
      return { event: status, at: event.at, attempt, queued, unconfirmed }
    }
    case 'lost': {
      const { close, verdict, delay } = event
      const { code, reason, wasClean } = close
      const why = reasonOf(close, standing.failure)
      return { event: 'lost', at: event.at, code, reason, wasClean, why, verdict, delay, queued, unconfirmed }
    }
    case 'error':
      return { event: 'error', at: event.at, code: event.error.code, message: event.error.message }
    default:
      return undefined
  }
}

/** Why a socket was lost, with the server's own words, if any. */
function reasonOf({ code, reason, local }: CloseInfo, failure: string | undefined): string {
  if (local === 'timeout') return 'no answer in time'
  const words = reason === '' ? '' : ` ${visible(JSON.stringify(reason))}`
  return code === 1006 && failure !== undefined ? failure : `${code}${words}`
}
