import type { Environment } from './environment.ts'
import { failed, type HoldfastError } from './errors.ts'

export type SignalName = 'network' | 'visibility' | 'page'

const NAMES: readonly SignalName[] = ['network', 'visibility', 'page']

/** What the host tells of itself, while it is asked to. */
export class Signals {
  readonly #environment: Pick<Environment, SignalName>
  readonly #onChange: (name: SignalName, value: boolean) => void
  readonly #onError: (error: HoldfastError) => void
  #ends: (() => void)[] | undefined

  /** What is not told is taken to be true. */
  constructor(
    environment: Pick<Environment, SignalName>,
    onChange: (name: SignalName, value: boolean) => void,
    onError: (error: HoldfastError) => void,
  ) {
    this.#environment = environment
    this.#onChange = onChange
    this.#onError = onError
  }

  attach(): void {
    if (this.#ends) return
    const ends: (() => void)[] = []
    this.#ends = ends
    for (const name of NAMES) {
      // What an earlier one told may have ended it all.
      if (this.#ends === ends) this.#set(name, ends)
    }
  }

  /** Whoever listened to the host does so no more. */
  detach(): void {
    const ends = this.#ends
    this.#ends = undefined
    for (const end of ends ?? []) end()
  }

  #set(name: SignalName, ends: (() => void)[]): void {
    let told = true
    const change = (value: boolean): void => {
      if (value === told) return
      told = value
      this.#onChange(name, value)
    }
    let isOver = false
    let cleanUp: (() => void) | undefined
    ends.push(() => {
      isOver = true
      this.#guard(name, () => cleanUp?.())
      change(true)
    })
    this.#guard(name, () => {
      cleanUp = this.#environment[name]((value) => {
        if (!isOver) change(value)
      })
    })
    if (isOver) this.#guard(name, () => cleanUp?.())
  }

  #guard(name: SignalName, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#onError(failed(`environment.${name}`, error))
    }
  }
}
