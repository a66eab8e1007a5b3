import type { Environment } from './environment.ts'

/** Brings many changes down to one callback a frame. */
export class Frame {
  readonly #environment: Pick<Environment, 'requestFrame'>
  readonly #callback: () => void
  #cancel: (() => void) | undefined

  constructor(environment: Pick<Environment, 'requestFrame'>, callback: () => void) {
    this.#environment = environment
    this.#callback = callback
  }

  /** Asks for the callback before the next frame; asking again changes nothing. */
  request(): void {
    this.#cancel ??= this.#environment.requestFrame(() => {
      this.#cancel = undefined
      this.#callback()
    })
  }

  /** Calls back now if that was asked for, and leaves no timer. */
  flush(): void {
    if (this.cancel()) this.#callback()
  }

  /** Takes the request back; returns whether there was one. */
  cancel(): boolean {
    const cancel = this.#cancel
    this.#cancel = undefined
    cancel?.()
    return cancel !== undefined
  }
}
