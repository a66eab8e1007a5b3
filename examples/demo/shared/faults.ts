/** The faults that the server can do, by the last part of their address: `POST /faults/<name>`. */
export const FAULT_NAMES = [
  'cut',
  'restart',
  'close',
  'refuse',
  'stop-reading',
  'black-hole',
  'throttle',
  'revoke',
  'refuse-tokens',
  'fail-handshakes',
] as const

export type FaultName = (typeof FAULT_NAMES)[number]

/** One thing that was done to the connections of the room. */
export interface FaultRecord {
  /** 1, 2, 3 …: pages show each record once. */
  readonly seq: number
  readonly name: FaultName
  /** Epoch ms. */
  readonly at: number
  /** False where a fault that lasts was ended. */
  readonly isStart: boolean
  /** What was really done, for people. */
  readonly text: string
}

/** `GET /faults/status`, and the answer to every `POST /faults/<name>`. */
export interface FaultStatus {
  /** TCP connections at the gate, dead ones too. */
  readonly connections: number
  /** Epoch ms until which connecting is refused; null while the gate listens. */
  readonly refusedUntil: number | null
  readonly isReading: boolean
  readonly blackHole: { readonly since: number; readonly connections: number } | null
  /** Whether every connection is as slow as 2G. */
  readonly isSlow: boolean
  /** Whether every token is refused, however fresh. */
  readonly isRefusingTokens: boolean
  /** The HTTP status that answers every handshake; null while they are taken. */
  readonly handshakeStatus: number | null
  /** The newest records, oldest first. */
  readonly history: readonly FaultRecord[]
}

/** `GET /demo.json`: what the page must know before it connects. */
export interface DemoInfo {
  readonly roomUrl: string
}

/** {@link isSendableCode} in words. */
export const SENDABLE_CODES = 'A server may send 1000 to 1003, 1007 to 1014, and 3000 to 4999.'

/** Whether `ws` sends this code in a close frame (RFC 6455 §7.4: 1004 to 1006 never go over the wire). */
export function isSendableCode(code: number): boolean {
  if (!Number.isInteger(code)) return false
  if (code >= 3000 && code <= 4999) return true
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)
}
