import type { WebSocketConstructor } from '@holdfast/core'
import { idOnWire } from './protocol.ts'

/** Puts one fault of ours between a client and its native class. Each client gets a class of its own. */
export type Tamper = (Native: WebSocketConstructor) => WebSocketConstructor

/** Which message of a client is treated badly: one that comes when all is on its way. */
const CHOSEN = 3

/** The classes with the faults that a client could have, and what the soak must say of each. */
export const TAMPERS: readonly (readonly [what: string, problem: RegExp, tamper: Tamper])[] = [
  [
    'swallows a message',
    /lost in silence|is not well|for the first time after/,
    changed((send, message, count) => count !== CHOSEN && send(message)),
  ],
  [
    'sends a message twice',
    /twice/,
    changed((send, message, count) => {
      send(message)
      if (count === CHOSEN) send(message)
    }),
  ],
  [
    'lets a message overtake another',
    /came after|for the first time after/,
    // One write for each: two in one go may be more than the high-water mark allows.
    changed((send, message, count, kept) => {
      if (count % 2 === 0) return send(message)
      kept.push(message)
      for (const late of kept.splice(0, kept.length - 1)) send(late)
    }),
  ],
  [
    'leaves a listener',
    /listeners on a socket/,
    (Native) =>
      class extends Native {
        override removeEventListener(type: string, listener: never): void {
          if (type !== 'message') super.removeEventListener(type, listener)
        }
      },
  ],
  [
    'leaves a socket open',
    /is left after the end|beside (a|\d+) live sockets?|to end/,
    (Native) =>
      class extends Native {
        override close(): void {}
      },
  ],
]

type Change = (
  send: (message: never) => void,
  message: never,
  /** The number of the message, of all that this client has sent. */
  count: number,
  kept: never[],
) => unknown

function changed(change: Change): Tamper {
  return (Native) => {
    let count = 0
    return class extends Native {
      readonly #kept: never[] = []

      override send(message: never): void {
        if (idOnWire(message) === undefined) return super.send(message)
        count += 1
        change((one) => super.send(one), message, count, this.#kept)
      }
    }
  }
}
