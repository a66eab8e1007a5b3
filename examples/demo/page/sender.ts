import { isHoldfastError } from '@holdfast/core'
import { type Observable, Subject } from 'rxjs'
import type { FloodMark, SayMessage } from '../shared/room-messages.ts'
import type { Book } from './book.ts'
import type { RoomConnection } from './connection.ts'
import { formatBytes, formatDuration, formatPlural } from './format.ts'

/** Numbers the messages of this page and sends them; says in words when `send()` throws. */
export class Sender {
  readonly #connection: RoomConnection
  readonly #book: Book
  readonly #sent = new Subject<SayMessage>()
  readonly #notes = new Subject<string>()
  #lastFlood = 0

  constructor(connection: RoomConnection, book: Book) {
    this.#connection = connection
    this.#book = book
  }

  /** Every message that `send()` took. */
  get sent$(): Observable<SayMessage> {
    return this.#sent
  }

  /** What a flood did, for the log. */
  get notes$(): Observable<string> {
    return this.#notes
  }

  /** Returns why it could not be sent, or `undefined`. */
  say(text: string): string | undefined {
    return this.#send(text)
  }

  /** Sends `count` messages in one go, up to the first that is not taken. Returns why, or `undefined`. */
  flood(count: number, bytes: number): string | undefined {
    const flood: FloodMark = { id: ++this.#lastFlood, of: count }
    const start = performance.now()
    let taken = 0
    let problem: string | undefined
    while (taken < count && problem === undefined) {
      problem = this.#send(`Flood ${taken + 1} `.padEnd(bytes, '~'), flood)
      if (problem === undefined) taken += 1
    }
    const took = formatDuration(performance.now() - start)
    const { queued, queuedBytes } = this.#connection.outbox
    const waiting = `${formatPlural(queued, 'message')} (${formatBytes(queuedBytes)}) wait in the outbox`
    this.#notes.next(`Flood: send() took ${formatPlural(taken, 'message')} in ${took}; now ${waiting}.`)
    if (problem !== undefined) this.#notes.next(problem)
    return problem
  }

  #send(text: string, flood?: FloodMark): string | undefined {
    const message: SayMessage = { type: 'say', id: this.#book.nextId, text, ...(flood && { flood }) }
    try {
      this.#connection.send(message)
    } catch (error) {
      if (isHoldfastError(error)) return `send() throws ${error.code}: ${error.message}`
      throw error
    }
    this.#book.take()
    this.#sent.next(message)
    return undefined
  }
}
