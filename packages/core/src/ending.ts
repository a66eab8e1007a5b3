import type { CloseReport } from './state.ts'

/** The promise of `close()`: one for all who ask while it is under way, and its report for those who ask later. */
export class Ending<Outgoing> {
  #report: CloseReport<Outgoing> | undefined
  #waiting: ((report: CloseReport<Outgoing>) => void)[] = []

  /** The report, once there is one. */
  wait(): Promise<CloseReport<Outgoing>> {
    if (this.#report) return Promise.resolve(this.#report)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  settle(report: CloseReport<Outgoing>): void {
    const waiting = this.#waiting
    this.#report = report
    this.#waiting = []
    for (const resolve of waiting) resolve(report)
  }

  /** A new life has begun. */
  forget(): void {
    this.#report = undefined
  }
}
