import { checkFunction } from '../checks.ts'
import { misconfigured } from '../errors.ts'
import type { Close } from '../websocket-events.ts'
import type { FakeConnection } from './fake-connection.ts'

/** What {@link FakeServer.on} tells, and what its callback is called with. */
export type FakeServerEvents<Incoming, Outgoing> = {
  /** Somebody dials, and may be accepted, refused or left hanging here; else the server's own answer counts. */
  readonly dial: readonly [connection: FakeConnection<Incoming, Outgoing>]
  /** A handshake has succeeded. */
  readonly connection: readonly [connection: FakeConnection<Incoming, Outgoing>]
  /** A message has come. */
  readonly message: readonly [message: Incoming, connection: FakeConnection<Incoming, Outgoing>]
  /** A connection is over, or has never been. */
  readonly close: readonly [close: Close, connection: FakeConnection<Incoming, Outgoing>]
}

/** What a message is answered with; `undefined` is no answer. */
export type FakeAnswer<Incoming, Outgoing> = (
  message: Incoming,
  connection: FakeConnection<Incoming, Outgoing>,
) => Outgoing | undefined | Promise<Outgoing | undefined>

/** A callback that sends what is answered. */
export function answering<Incoming, Outgoing>(
  answer: FakeAnswer<Incoming, Outgoing>,
): (...args: FakeServerEvents<Incoming, Outgoing>['message']) => unknown {
  checkFunction('reply(answer)', answer)
  return (message, connection) => {
    const send = (reply: Outgoing | undefined): void => {
      if (reply !== undefined) connection.send(reply)
    }
    const reply = answer(message, connection)
    return reply instanceof Promise ? reply.then(send) : send(reply)
  }
}

/** Callbacks by the name of what they are called for. */
export class Script<Events extends Record<string, readonly unknown[]>> {
  readonly #callbacks = new Map<keyof Events, Set<(...args: never) => unknown>>()

  constructor(names: readonly (keyof Events)[]) {
    for (const name of names) this.#callbacks.set(name, new Set())
  }

  /** @returns what takes it away again. */
  on<Name extends keyof Events>(name: Name, callback: (...args: Events[Name]) => unknown): () => void {
    const callbacks = this.#callbacks.get(name)
    if (!callbacks) {
      const names = [...this.#callbacks.keys()].map((known) => `'${String(known)}'`).join(' or ')
      throw misconfigured('on(event)', names, name)
    }
    checkFunction('on(event, callback)', callback)
    // A function of its own: the same one may be given twice.
    const own = (...args: Events[Name]): unknown => callback(...args)
    callbacks.add(own)
    return () => void callbacks.delete(own)
  }

  tell<Name extends keyof Events>(name: Name, ...args: Events[Name]): void {
    for (const callback of [...(this.#callbacks.get(name) ?? [])]) guarded(() => callback(...(args as never)))
  }
}

/**
 * An assertion that fails in the server's part must not look like a failure of the client, in whose call it may
 * be made: it becomes an unhandled rejection, which every test runner takes for a failed test.
 */
export function guarded(work: () => unknown): void {
  try {
    const result = work()
    if (result instanceof Promise) result.catch(fail)
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): void {
  void Promise.reject(error)
}
