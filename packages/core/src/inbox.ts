import type { Codec, RawIncoming } from './codec.ts'
import { HoldfastError, type HoldfastErrorCode, isHoldfastError } from './errors.ts'
import { type StandardSchemaV1, validate } from './schema.ts'

export interface InboxOptions<Incoming> {
  readonly codec: Codec<unknown, never>
  readonly schema: StandardSchemaV1<unknown, Incoming> | undefined
  readonly onMessage: (message: Incoming) => void
  readonly onError: (error: HoldfastError) => void
}

type Task = { readonly data: RawIncoming } | { readonly then: () => void }

/** Decodes and validates what comes in, in order, also where some of it takes time (a Blob, an async schema). */
export class Inbox<Incoming> {
  readonly #options: InboxOptions<Incoming>
  #waiting: Task[] = []
  #isBusy = false

  constructor(options: InboxOptions<Incoming>) {
    this.#options = options
  }

  take(data: RawIncoming): void {
    this.#waiting.push({ data })
    if (!this.#isBusy) this.#resume()
  }

  /** Calls back once all that came before has been told. */
  after(then: () => void): void {
    this.#waiting.push({ then })
    if (!this.#isBusy) this.#resume()
  }

  /** Reads one message; returns true where it has to be waited for. */
  #read(data: RawIncoming): boolean {
    let message: Incoming | Promise<Incoming>
    try {
      message = this.#decode(data)
    } catch (error) {
      this.#fail(error)
      return false
    }
    if (!(message instanceof Promise)) {
      this.#options.onMessage(message)
      return false
    }
    message.then(this.#options.onMessage, (error) => this.#fail(error)).then(() => this.#resume())
    return true
  }

  #decode(data: RawIncoming): Incoming | Promise<Incoming> {
    const { codec, schema } = this.#options
    const decoded = codec.decode(data)
    // Without a schema the codec's own type is Incoming; `connect` sees to that.
    if (schema === undefined) return decoded as Incoming | Promise<Incoming>
    if (decoded instanceof Promise) return decoded.then((value) => validate(schema, value))
    return validate(schema, decoded)
  }

  #resume(): void {
    // Busy all along: what a handler causes to arrive comes after what had arrived before.
    this.#isBusy = true
    for (const [index, task] of this.#waiting.entries()) {
      if ('then' in task) task.then()
      else if (this.#read(task.data)) {
        this.#waiting = this.#waiting.slice(index + 1)
        return
      }
    }
    this.#waiting.length = 0
    this.#isBusy = false
  }

  #fail(error: unknown): void {
    const code: HoldfastErrorCode = 'DECODE'
    if (isHoldfastError(error)) this.#options.onError(error)
    else
      this.#options.onError(new HoldfastError(code, 'The codec could not read a message.', { cause: error }))
  }
}
