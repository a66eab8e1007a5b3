import type { Outcome } from './session.ts'
import { counted, visible } from './text.ts'

const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** The exit code, as the help has it. */
export function exitCodeOf({ by, unsent, unconfirmed }: Outcome): number {
  if (by !== 'input' && by !== 'connection') return SIGNAL_CODES[by]
  if (unsent + unconfirmed > 0) return 3
  return by === 'connection' ? 1 : 0
}

/** What went wrong, in lines for a person; none if nothing did. */
export function endingLines({ closed, unsent, unconfirmed }: Outcome): string[] {
  const lines: string[] = []
  if (closed) {
    const words = closed.reason === '' ? '' : ` ${visible(JSON.stringify(closed.reason))}`
    lines.push(`ended: ${ENDS[closed.by]} (${closed.code}${words})`)
  }
  if (unsent > 0) lines.push(`${counted(unsent, 'message')} not sent`)
  if (unconfirmed > 0) {
    lines.push(`${counted(unconfirmed, 'message')} sent, and perhaps not arrived`)
  }
  return lines
}

const ENDS = {
  user: 'closed',
  verdict: 'not to be tried again',
  attempts: 'no attempts left',
  auth: 'the token was refused',
} as const

/** The same for programs. */
export function jsonEnding(outcome: Outcome): object {
  const { by, closed, unsent, unconfirmed } = outcome
  const why = closed ? { why: closed.by, code: closed.code, reason: closed.reason } : {}
  return { event: 'end', by, ...why, unsent, unconfirmed, exitCode: exitCodeOf(outcome) }
}
