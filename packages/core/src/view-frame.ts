import type { Announcer } from './announcer.ts'
import { environmentOf } from './environment.ts'
import { Frame } from './frame.ts'

/** The frame in which all views of one connection publish, so that they render together. */
export class ViewFrame {
  readonly #due = new Set<() => void>()
  readonly #frame: Frame

  /** @param onThrow - Told what a view throws: the others are called all the same. */
  constructor(onThrow: (error: unknown) => void) {
    // The host's, whatever clock the connection goes by.
    this.#frame = new Frame(environmentOf(), () => {
      const calls = [...this.#due]
      this.#due.clear()
      for (const call of calls) {
        try {
          call()
        } catch (error) {
          onThrow(error)
        }
      }
    })
  }

  /** Calls back before the next frame, once, and in it all who asked. */
  request(publish: () => void): void {
    this.#due.add(publish)
    this.#frame.request()
  }

  /** Calls back now, with all who asked: nothing that came before is shown after it. */
  now(publish: () => void): void {
    this.request(publish)
    this.#frame.flush()
  }

  /** Calls back now if that was asked for, and leaves no timer where it was the last. */
  settle(publish: () => void): void {
    if (!this.#due.delete(publish)) return
    if (this.#due.size === 0) this.#frame.cancel()
    publish()
  }
}

const frames = new WeakMap<object, ViewFrame>()

/** The one frame of a connection's views. `shell`: beneath the connection. */
export function viewFrameOf(shell: { readonly announcer: Pick<Announcer, 'onThrow'> }): ViewFrame {
  const frame = frames.get(shell) ?? new ViewFrame(shell.announcer.onThrow)
  frames.set(shell, frame)
  return frame
}
