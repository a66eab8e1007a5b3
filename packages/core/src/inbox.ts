import type { Codec, RawIncoming } from './codec.ts'
import { HoldfastError, isHoldfastError } from './errors.ts'
import { Ring } from './ring.ts'
import { type StandardSchemaV1, validate } from './schema.ts'
import { isThenable } from './thenable.ts'

export interface InboxOptions<Incoming> {
  readonly codec: Codec<unknown, never>
  readonly schema: StandardSchemaV1<unknown, Incoming> | undefined
  /** `generation` is that of the socket it came by. */
  readonly onMessage: (message: Incoming, generation: number) => void
  readonly onError: (error: HoldfastError) => void
}

type Task = { readonly data: RawIncoming; readonly generation: number } | { readonly then: () => void }

/** Decodes and validates what comes in, in order, also where some of it takes time (a Blob, an async schema). */
export class Inbox<Incoming> {
  readonly #options: InboxOptions<Incoming>
  readonly #waiting = new Ring<Task>()
  #isBusy = false

  constructor(options: InboxOptions<Incoming>) {
    this.#options = options
  }

  take(data: RawIncoming, generation: number): void {
    if (this.#isBusy) {
      this.#waiting.push({ data, generation })
      return
    }
    // Busy all along: what a handler causes to arrive comes after what had arrived before.
    this.#isBusy = true
    if (!this.#read(data, generation)) this.#resume()
  }

  /** Calls back once all that came before has been told. */
  after(then: () => void): void {
    if (this.#isBusy) {
      this.#waiting.push({ then })
      return
    }
    this.#isBusy = true
    then()
    this.#resume()
  }

  /** Reads one message; returns true where it has to be waited for. */
  #read(data: RawIncoming, generation: number): boolean {
    let message: Incoming | Promise<Incoming>
    try {
      const { codec, schema } = this.#options
      // Without a schema the codec's own type is Incoming; `connect` sees to that.
      message = schema ? this.#validated(codec.decode(data), schema) : (codec.decode(data) as typeof message)
      // A text is asked first: it is the most frequent by far, and nothing is cheaper to tell.
      if (typeof message !== 'string' && isThenable(message)) message = Promise.resolve(message)
    } catch (error) {
      this.#fail(error)
      return false
    }
    if (typeof message === 'string' || !(message instanceof Promise)) {
      this.#options.onMessage(message, generation)
      return false
    }
    const told = message.then(
      (value) => this.#options.onMessage(value, generation),
      (error: unknown) => this.#fail(error),
    )
    told.then(() => this.#resume())
    return true
  }

  #validated(decoded: unknown, schema: StandardSchemaV1<unknown, Incoming>): Incoming | Promise<Incoming> {
    if (isThenable(decoded)) return Promise.resolve(decoded).then((value) => validate(schema, value))
    return validate(schema, decoded)
  }

  #resume(): void {
    while (this.#waiting.length > 0) {
      const task = this.#waiting.shift() as Task
      if ('then' in task) task.then()
      else if (this.#read(task.data, task.generation)) return
    }
    this.#isBusy = false
  }

  #fail(error: unknown): void {
    const text = 'The codec could not read a message.'
    this.#options.onError(
      isHoldfastError(error) ? error : new HoldfastError('DECODE', text, { cause: error }),
    )
  }
}
