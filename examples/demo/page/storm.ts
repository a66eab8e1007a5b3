import { BehaviorSubject, firstValueFrom, interval, takeWhile, timer } from 'rxjs'
import { planStorm, type StormStep } from '../shared/storm-plan.ts'
import type { Since } from './book.ts'
import type { FaultClient } from './fault-client.ts'
import type { Lab } from './lab.ts'
import type { LabClient } from './lab-client.ts'
import { LifeMeter } from './life-meter.ts'
import type { StormSummary } from './storm-summary.ts'

/** As fast as the room is asked, at least. */
const LEAST_PACE = 10
const LOOK_MS = 100
/** What came late: a delay before the last attempt, a slow line that empties. */
const SETTLE_MS = 45_000

type StormPhase = 'calm' | 'storm' | 'settling'

export interface StormProgress {
  readonly phase: StormPhase
  /** Epoch ms. */
  readonly endsAt: number
}

const CALM: StormProgress = { phase: 'calm', endsAt: 0 }

/** Plays a seeded storm on the real server, waits until all is over, and counts. */
export class Storm {
  readonly progress$ = new BehaviorSubject<StormProgress>(CALM)
  readonly #lab: Lab
  readonly #faults: FaultClient

  constructor(lab: Lab, faults: FaultClient) {
    this.#lab = lab
    this.#faults = faults
  }

  async run(seed: number, stormMs: number): Promise<StormSummary> {
    const lab = this.#lab
    const steps = planStorm(seed, stormMs)
    const usualPace = lab.pace$.value
    const pace = Math.max(LEAST_PACE, usualPace)
    const start = Date.now()
    const runners = lab.clients.map((client) => new Runner(client, lab))
    lab.pace$.next(pace)
    this.progress$.next({ phase: 'storm', endsAt: start + stormMs })
    for (const step of steps) {
      await firstValueFrom(timer(new Date(start + step.at)))
      this.#do(step)
    }
    await firstValueFrom(timer(new Date(start + stormMs)))
    this.progress$.next({ phase: 'settling', endsAt: 0 })
    // Something later must arrive before one can say that something was lost: so they go on for a while.
    for (const runner of runners) runner.markEnd()
    await until(() => runners.every((runner) => runner.isBack))
    lab.pace$.next(0)
    await until(() => runners.every((runner) => runner.isDone))
    const clients = runners.map((runner) => runner.end())
    lab.pace$.next(usualPace)
    this.progress$.next(CALM)
    const startedAt = new Date(start).toISOString()
    return { version: 1, seed, startedAt, stormMs, totalMs: Date.now() - start, pace, faults: steps, clients }
  }

  #do({ name, body }: StormStep): void {
    if (name === 'burst') this.#lab.burst(Number(body.count))
    else this.#faults.order(name, body)
  }
}

/** One client in a storm. */
class Runner {
  readonly #client: LabClient
  readonly #lab: Lab
  readonly #since: Since
  readonly #meter: LifeMeter
  #lastOfStorm = 0

  constructor(client: LabClient, lab: Lab) {
    this.#client = client
    this.#lab = lab
    this.#since = { ...lab.score(client), sent: client.book.sent }
    this.#meter = new LifeMeter(client.status$)
  }

  markEnd(): void {
    this.#lastOfStorm = this.#client.book.sent
  }

  /** Something that was sent after the last fault has arrived. */
  get isBack(): boolean {
    return this.#isGone || this.#lab.highest(this.#client) > this.#lastOfStorm
  }

  get isDone(): boolean {
    return this.#isGone || this.#lab.score(this.#client).waiting === 0
  }

  end(): StormSummary['clients'][number] {
    const { key, isOurs } = this.#client
    return { client: key, isOurs, ...this.#lab.score(this.#client, this.#since), ...this.#meter.end() }
  }

  /** Somebody has taken it off the page meanwhile. */
  get #isGone(): boolean {
    return !this.#lab.clients.includes(this.#client)
  }
}

/** Waits for it, and no longer than is sensible: somebody may have pressed a button that ends it all. */
async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + SETTLE_MS
  await interval(LOOK_MS)
    .pipe(takeWhile(() => !isTrue() && Date.now() < deadline))
    .forEach(() => {})
}
