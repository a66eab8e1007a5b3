/** How many lines are kept, of all together. */
const KEPT = 2_000
/** How many of them a failure shows. */
const SHOWN = 30

/** What happens in a run: the newest of it, in words; all of it, counted; and the first thing that was wrong. */
export class Journal {
  readonly counts: Map<string, number> = new Map()
  /** The round that is played. */
  round = 0
  readonly #start = performance.now()
  readonly #replay: string
  #lines: { readonly who: string; readonly text: string }[] = []
  #failure: SoakFailure | undefined
  #isDone = false

  /** @param replay - The arguments that play the run again. */
  constructor(replay: string) {
    this.#replay = replay
  }

  /** Whether nothing more needs to be played. */
  get isOver(): boolean {
    return this.#isDone || this.#failure !== undefined
  }

  get failure(): SoakFailure | undefined {
    return this.#failure
  }

  note(who: string, what: string): void {
    const at = ((performance.now() - this.#start) / 1_000).toFixed(3)
    this.#lines.push({ who, text: `${at.padStart(9)} s  ${who.padEnd(6)} ${what}` })
    if (this.#lines.length > 2 * KEPT) this.#lines = this.#lines.slice(-KEPT)
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by)
  }

  /**
   * A promise was broken. The first time is what counts: what comes after may only follow from it.
   *
   * @param beside - Whose lines belong to the story too.
   */
  fail(who: string, problem: string, beside?: string): void {
    if (this.isOver) return
    this.note(who, `✗ ${problem}`)
    const own = this.#lines.filter((line) => line.who === who || line.who === beside)
    this.#failure = new SoakFailure(
      `${who}, in round ${this.round}: ${problem}`,
      `npm run soak -- ${this.#replay} --round ${this.round}`,
      own.slice(-SHOWN).map(({ text }) => text),
    )
  }

  /** The run is over: what is torn down now breaks no promise. */
  end(): void {
    this.#isDone = true
  }
}

export class SoakFailure extends Error {
  constructor(problem: string, replay: string, history: readonly string[]) {
    super(`${problem}\n${history.join('\n')}\nAgain: ${replay}`)
    this.name = 'SoakFailure'
  }
}
