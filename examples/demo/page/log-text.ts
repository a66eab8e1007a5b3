import type { ConnectionEvent, ConnectionState } from '@holdfast/core'
import type { FaultRecord } from '../shared/faults.ts'
import { labelFault } from './fault-text.ts'
import { formatBytes, formatDuration, formatPlural } from './format.ts'
import type { HostMark } from './host.ts'
import type { TokenNote } from './sign-in.ts'
import { tellClose, tellLoss } from './state-text.ts'

type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'calm' | 'fault'

export interface LogLine {
  readonly at: number
  readonly label: string
  readonly tone: Tone
  readonly text: string
  /** Lines of one kind that follow each other are shown as one, with their number. */
  readonly kind?: string
}

const TONE_OF: Readonly<Record<ConnectionState['status'], Tone>> = {
  idle: 'calm',
  connecting: 'busy',
  open: 'good',
  waiting: 'warn',
  suspended: 'calm',
  closing: 'calm',
  closed: 'bad',
}

/** An event of the library as a line of the log. */
export function lineOfEvent(event: ConnectionEvent): LogLine {
  const { at } = event
  switch (event.type) {
    case 'state': {
      const { state, previous, duration } = event
      const before = previous.status === 'connecting' ? previous.phase : previous.status
      const lasted = before === 'idle' ? '' : ` (${before} for ${formatDuration(duration)})`
      const line = { at, label: state.status, tone: TONE_OF[state.status], text: tellStep(state) + lasted }
      return line
    }
    case 'lost':
      return { at, label: 'lost', tone: 'warn', text: tellLoss(event).replace('Lost: ', '') }
    case 'dropped': {
      const text = `A message of ${formatBytes(event.bytes)} was dropped: ${event.reason}.`
      return { at, label: 'dropped', tone: 'bad', text, kind: `dropped ${event.reason}` }
    }
    case 'recovered': {
      const text = `${formatPlural(event.count, 'message')} never left, or had no answer: queued again.`
      return { at, label: 'recovered', tone: 'good', text }
    }
    case 'unconfirmed': {
      const text = `${formatPlural(event.count + event.older, 'message')} may have arrived or not: nothing proves it.`
      return { at, label: 'unconfirmed', tone: 'warn', text }
    }
    case 'restored': {
      const text = `${formatPlural(event.count, 'message')} of a former life of this page are queued.`
      return { at, label: 'restored', tone: 'good', text }
    }
    case 'unobserved':
      return {
        at,
        label: 'unobserved',
        tone: 'calm',
        text: `${formatPlural(event.count, 'message')} came with nobody subscribed.`,
      }
    case 'late':
      return {
        at,
        label: 'late',
        tone: 'warn',
        text: `The ${event.timer} timer came ${formatDuration(event.by)} late: this computer slept.`,
      }
    case 'handover':
      return { at, label: 'handover', tone: 'calm', text: `${event.step}: ${event.reason}` }
    case 'channel':
      return { at, label: 'channel', tone: 'calm', text: `A channel sent its ${event.action} message.` }
    case 'request': {
      const text = `A request was ${event.outcome} after ${formatDuration(event.duration)}.`
      return { at, label: 'request', tone: event.outcome === 'answered' ? 'good' : 'bad', text }
    }
    case 'error':
      return { at, label: event.error.code, tone: 'bad', text: event.error.message }
    default:
      return event satisfies never
  }
}

function tellStep(state: ConnectionState): string {
  switch (state.status) {
    case 'idle':
      return 'nobody asks for a connection'
    case 'connecting':
      return `attempt ${state.attempt}, ${state.phase}`
    case 'open':
      return `usable, at attempt ${state.attempt}`
    case 'waiting':
      return `${formatDuration(state.delay)} to attempt ${state.attempt + 1}, after ${tellClose(state.cause)}`
    case 'suspended':
      return `by ${state.by}, after ${tellClose(state.cause)}`
    case 'closing':
      return 'draining, then the closing handshake'
    case 'closed':
      return `by ${state.by}, code ${state.code}`
    default:
      return state satisfies never
  }
}

/** A fault that was done on the server. */
export function lineOfFault(record: FaultRecord): LogLine {
  return { at: record.at, label: labelFault(record), tone: 'fault', text: record.text }
}

/** What the host said of itself, or a button in its place. */
export function lineOfMark({ at, label, text }: HostMark): LogLine {
  return { at, label, tone: 'fault', text }
}

/** That the page's token function was called, and answered. */
export function lineOfToken({ at, expiresAt, attempt, refused }: TokenNote): LogLine {
  const what = attempt === 0 ? 'renewed for the living connection' : `fetched for attempt ${attempt}`
  const why = refused ? ', since the one before was refused' : ''
  const text = `${what}${why}; good for ${formatDuration(expiresAt - at)}`
  return { at, label: 'token', tone: 'calm', text }
}

/** What the page itself has to say. */
export function lineOfNote(text: string): LogLine {
  return { at: Date.now(), label: 'page', tone: 'calm', text }
}
