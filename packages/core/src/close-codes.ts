/**
 * What to do after a connection was lost.
 *
 * - `'retry'`: come back after a backoff.
 * - `'stop'`: do not come back before `open()` is called.
 * - `'reauthenticate'`: come back with fresh credentials, at once the first time.
 * - `{ retryAfter }`: come back after this many ms plus a backoff.
 */
export type Verdict = 'retry' | 'stop' | 'reauthenticate' | { readonly retryAfter: number }

/** One row of the table: how a code that a peer closed an open connection with is answered. */
export type CodeRule =
  | { readonly kind: 'retry'; readonly floor?: number; readonly spread?: number; readonly firstOnly?: true }
  | { readonly kind: 'stop' }
  | { readonly kind: 'reauthenticate' }
  /** Retried until it came more than `tries` times in a row. */
  | { readonly kind: 'limited'; readonly tries: number; readonly streak: 'protocol' | 'size' }

/** What is told where no closing handshake took place (RFC 6455 §7.1.5). */
export const NO_CLOSE_FRAME = { code: 1006, reason: '', wasClean: false } as const

const RETRY: CodeRule = { kind: 'retry' }
const STOP: CodeRule = { kind: 'stop' }
const REAUTHENTICATE: CodeRule = { kind: 'reauthenticate' }
const PROTOCOL_ERROR: CodeRule = { kind: 'limited', tries: 2, streak: 'protocol' }
/** The client's share of what the server's operator asks for: 30 s before anyone comes back. */
const OVERLOAD: CodeRule = { kind: 'retry', floor: 30_000 }

/**
 * The codes with a rule of their own; all others are retried.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-7.4
 * @see https://www.iana.org/assignments/websocket/websocket.xml#close-code-number
 */
export const CLOSE_CODES: Readonly<Record<number, CodeRule>> = {
  1000: STOP,
  // The server restarts and everyone comes at once: spread the crowd (RFC 6455 §7.2.3).
  1001: { kind: 'retry', spread: 5_000, firstOnly: true },
  1002: PROTOCOL_ERROR,
  1003: PROTOCOL_ERROR,
  1007: PROTOCOL_ERROR,
  1008: REAUTHENTICATE,
  1009: { kind: 'limited', tries: 2, streak: 'size' },
  1010: STOP,
  // "Service restart": come back between 5 and 30 s (IANA's registration).
  1012: { kind: 'retry', floor: 5_000, spread: 25_000 },
  1013: OVERLOAD,
  3000: REAUTHENTICATE,
  3003: STOP,
  4400: STOP,
  4401: REAUTHENTICATE,
  4403: STOP,
  4406: STOP,
  4429: OVERLOAD,
}

/** What the close event says where the close frame had no code (RFC 6455 §7.1.5). */
export const NO_STATUS = 1005

/** The code that a close frame of ours has. A reason needs one (RFC 6455 §5.5.1). */
export function frameCode(code: number | undefined, reason: string): number {
  return code ?? (reason === '' ? NO_STATUS : 1000)
}

/** The rule for a code; {@link CLOSE_CODES} or a plain retry. */
export function ruleFor(code: number): CodeRule {
  return CLOSE_CODES[code] ?? RETRY
}
