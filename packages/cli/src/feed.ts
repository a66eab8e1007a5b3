import type { Readable } from 'node:stream'
import { type Line, LineSplitter, LONGEST, TOO_LONG } from './lines.ts'
import type { Session } from './session.ts'

const WHY_TOO_LONG = `longer than ${LONGEST.toLocaleString('en')} characters, and not sent`

export interface FeedOptions {
  /** Why a line cannot be sent, if so; `''` for one that is skipped. */
  readonly refuse: (line: string) => string | undefined
  readonly onRefused: (lineNumber: number, why: string) => void
}

type FedSession = Pick<Session, 'hasRoom' | 'room' | 'send' | 'finish'>

/** Sends each line of an input, and reads no faster than the connection can send. */
export class Feed {
  readonly #input: Readable
  readonly #session: FedSession
  readonly #options: FeedOptions
  readonly #splitter = new LineSplitter()
  #lineNumber = 0
  #refused = 0
  /** Read, and not sent yet. */
  #backlog = 0

  constructor(input: Readable, session: FedSession, options: FeedOptions) {
    this.#input = input
    this.#session = session
    this.#options = options
  }

  /** Resolves when the input has ended, or the session. */
  async run(): Promise<void> {
    try {
      for await (const chunk of this.#input as AsyncIterable<Buffer>) {
        if (!(await this.#send(this.#splitter.push(chunk)))) return
      }
      if (!(await this.#send(this.#splitter.end()))) return
    } catch (error) {
      // The line behind those that were read.
      this.#lineNumber += 1
      this.#refuse(error)
    }
    this.#session.finish()
  }

  /** How many lines were read, and are not sent: those that wait here, and those that were refused. */
  leftover(): number {
    let lines = this.#backlog
    // Node has read ahead, and nobody else can read that any more.
    for (let chunk = this.#input.read(); chunk !== null; chunk = this.#input.read()) {
      lines += this.#splitter.push(chunk).length
    }
    return lines + this.#refused
  }

  async #send(lines: readonly Line[]): Promise<boolean> {
    this.#backlog = lines.length
    for (const line of lines) {
      if (!this.#session.hasRoom && !(await this.#session.room())) return false
      this.#backlog -= 1
      this.#lineNumber += 1
      this.#sendOne(line)
    }
    return true
  }

  #sendOne(line: Line): void {
    if (line === TOO_LONG) return this.#refuse(WHY_TOO_LONG)
    const why = this.#options.refuse(line)
    if (why === '') return
    if (why !== undefined) return this.#refuse(why)
    try {
      this.#session.send(line)
    } catch (error) {
      this.#refuse(error)
    }
  }

  #refuse(why: unknown): void {
    this.#refused += 1
    this.#options.onRefused(this.#lineNumber, why instanceof Error ? why.message : String(why))
  }
}
