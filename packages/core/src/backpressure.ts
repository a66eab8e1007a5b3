import { checkFunction, count, oneOf } from './checks.ts'
import { HoldfastError } from './errors.ts'
import { Ring } from './ring.ts'

/** What a full buffer does with one more value. */
export type BufferOverflow = 'drop-oldest' | 'drop-newest' | 'throw'

/** How much may wait for a consumer that is slower than the source. */
export interface BufferOptions<T> {
  /** Values that may wait. @defaultValue 1_000 */
  readonly capacity?: number | undefined
  /** What a full buffer does with one more. @defaultValue 'throw': nothing is lost in silence */
  readonly overflow?: BufferOverflow | undefined
  /** Told each value that was dropped, and how many were so far. */
  readonly onDrop?: ((value: T, count: number) => void) | undefined
}

/** Values that wait for a slow consumer: bounded, oldest first. */
export class BoundedBuffer<T> {
  readonly #capacity: number
  readonly #overflow: BufferOverflow
  readonly #onDrop: BufferOptions<T>['onDrop']
  readonly #ring = new Ring<{ readonly value: T }>()
  #dropped = 0

  /** @throws HoldfastError `CONFIGURATION`, naming the option, what it takes and what came. */
  constructor({ capacity, overflow, onDrop }: BufferOptions<T> = {}) {
    this.#capacity = count('capacity', capacity, 1_000)
    if (onDrop !== undefined) checkFunction('onDrop', onDrop)
    this.#overflow = oneOf('overflow', overflow, ['throw', 'drop-oldest', 'drop-newest'])
    this.#onDrop = onDrop
  }

  /** @throws HoldfastError `OVERFLOW`, with `overflow: 'throw'`, where it is full. */
  push(value: T): void {
    if (this.#ring.length < this.#capacity) {
      this.#ring.push({ value })
      return
    }
    if (this.#overflow === 'throw') {
      throw new HoldfastError('OVERFLOW', `The consumer is too slow: ${this.#capacity} values wait.`)
    }
    const oldest = this.#overflow === 'drop-oldest' ? this.#ring.shift() : undefined
    if (oldest) this.#ring.push({ value })
    this.#dropped += 1
    this.#onDrop?.(oldest ? oldest.value : value, this.#dropped)
  }

  /** The oldest, in a box: a value may be undefined. */
  shift(): { readonly value: T } | undefined {
    return this.#ring.shift()
  }

  clear(): void {
    this.#ring.clear()
  }
}
