import type { CloseReport } from './state.ts'

/** The promise of `close()`: one for all who ask while it is under way, and its report for those who ask later. */
export class Ending<Outgoing> {
  #report: Promise<CloseReport<Outgoing>> | undefined
  #waiting: ((report: Promise<CloseReport<Outgoing>>) => void)[] = []

  /** The report, once there is one. */
  wait(): Promise<CloseReport<Outgoing>> {
    return this.#report ?? new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** The life is over; the report may take until all is let go, which a new life does not wait for. */
  settle(report: CloseReport<Outgoing> | Promise<CloseReport<Outgoing>>): void {
    const waiting = this.#waiting
    this.#report = Promise.resolve(report)
    this.#waiting = []
    for (const resolve of waiting) resolve(this.#report)
  }

  /** A new life has begun. */
  forget(): void {
    this.#report = undefined
  }
}
