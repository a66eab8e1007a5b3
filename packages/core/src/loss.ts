import type { Entry } from './entry.ts'

/** What was written to a socket that is gone, oldest first. */
export interface Remains {
  /** These never left the process: the native buffer still holds them. */
  readonly unsent: readonly Entry[]
  /** Nothing proves whether these have arrived. */
  readonly unproven: readonly Entry[]
  /** How many were written before these, and are not remembered; nothing proves them either. */
  readonly older: number
}

/** What the end of a socket tells of what it was given: nothing, where it was given up. */
export interface SocketEnd {
  /** Its `bufferedAmount` in the `close` event; 0 where there was none. */
  readonly buffered?: number
  /** The server has answered our close frame, and so has read all that came before it (RFC 6455 §5.5.1). */
  readonly isAnswered?: boolean
  /** The closing handshake was completed. */
  readonly isClean?: boolean
}

/** How a socket was lost. */
export interface Loss extends SocketEnd {
  /** The close code that came from the server. */
  readonly code?: number | undefined
  /** The connection is being closed: nothing will be sent again … */
  readonly isFinal: boolean
  /** … but by the next one, which finds it in a storage. */
  readonly isKept?: boolean | undefined
}

/** What becomes of what a lost socket was given, each oldest first. */
export interface Outcome {
  /** These return to the queue. */
  readonly back: readonly Entry[]
  /** Nothing proves whether these have arrived, and they are not sent again. */
  readonly given: readonly Entry[]
  /** How many older ones, no longer remembered, are in the same doubt. */
  readonly older: number
  /** One of those that return must not: it was too big for the server, and would be again. */
  readonly tooBig: Entry | undefined
}

/** Message too big (RFC 6455 §7.4.1). */
const TOO_BIG = 1009

/**
 * Sorts out what was written to a socket that is gone.
 *
 * @param unacknowledged - Written ones with an id, over this socket.
 * @param unanswered - Those of requests that are sent again, also where they went too long ago to remain.
 */
export function sortOut(
  { unsent, unproven, older }: Remains,
  unacknowledged: readonly Entry[],
  { code, isAnswered, isFinal, isKept }: Loss,
  recover?: 'unsent' | 'none' | undefined,
  unanswered: readonly Entry[] = [],
): Outcome {
  const back = new Set(recover === 'unsent' ? unsent : [])
  // Whatever is proven: only the server's answer counts.
  // A request that was lost within its own send() is not among the unanswered yet.
  const retried = [...unproven, ...unsent].filter(({ fate }) => fate?.retries?.())
  for (const entry of [...unacknowledged, ...unanswered, ...retried]) {
    // A request ends with its connection.
    if (!isFinal || (isKept && !entry.fate?.retries)) back.add(entry)
  }
  const given = new Set([...(isAnswered ? [] : unproven), ...unsent, ...(isFinal ? unacknowledged : [])])
  for (const entry of back) given.delete(entry)
  return {
    back: bySequence(back),
    given: bySequence(given),
    older: isAnswered ? 0 : older,
    tooBig: code === TOO_BIG && !isFinal ? largest(unacknowledged) : undefined,
  }
}

/** The newest of these, up to so many bytes. */
export function newest(entries: readonly Entry[], maxBytes: number): readonly Entry[] {
  let left = maxBytes
  const kept = [...entries].reverse().filter(({ bytes }) => {
    left -= bytes
    return left >= 0
  })
  return kept.reverse()
}

function bySequence(entries: ReadonlySet<Entry>): readonly Entry[] {
  return [...entries].sort((a, b) => a.sequence - b.sequence)
}

function largest(entries: readonly Entry[]): Entry | undefined {
  return [...entries].sort((a, b) => b.bytes - a.bytes)[0]
}
