import { setTimeout as delay } from 'node:timers/promises'
import { type Connection, type HoldfastError, isHoldfastError } from '@holdfast/core'
import { integer, pick, type Random } from '../support/random.ts'
import type { Journal } from './journal.ts'
import type { Ledger } from './ledger.ts'
import type { Down, Up } from './protocol.ts'

/** How send() may refuse a message, and a promise reject. */
const NO_RECEIPT = ['DROPPED', 'CLOSED', 'OVERFLOW']

/** For whom they are done. */
interface Master {
  readonly ledger: Ledger
  readonly journal: Journal
  readonly random: Random
  message(): Extract<Up, { id: number }>
  keepsSecret(told: object): void
  fail(problem: string): void
}

/** What a client sends, each entered in its ledger; and the promises of it that have not settled. */
export class Errands {
  readonly #master: Master
  #pending = 0
  #requests = 0

  constructor(master: Master) {
    this.#master = master
  }

  get pending(): number {
    return this.#pending
  }

  async settled(): Promise<void> {
    while (this.#pending > 0 && !this.#master.journal.isOver) await delay(5)
  }

  send(connection: Connection<Down, Up>, count: number): void {
    const { ledger, journal, random } = this.#master
    for (let left = count; left > 0; left--) {
      const message = this.#master.message()
      const draw = random()
      const key = draw < 0.1 ? pick(random, ['a', 'b']) : undefined
      const ttl = draw > 0.9 ? integer(random, 0, 20_000) : undefined
      ledger.add(message.id, key !== undefined)
      try {
        connection.send(message, { ...(key ? { key } : {}), ...(ttl === undefined ? {} : { ttl }) })
        journal.count('messages')
      } catch (error) {
        ledger.remove(message.id)
        const isExpected = isHoldfastError(error) && NO_RECEIPT.includes(error.code)
        if (!isExpected) this.#master.fail(`send() threw ${error}`)
      }
    }
  }

  deliver(connection: Connection<Down, Up>): void {
    const { ledger, journal, random } = this.#master
    const message = this.#master.message()
    const controller = new AbortController()
    const { signal } = controller
    const timeout = pick(random, [undefined, 500, 20_000])
    if (random() < 0.2) setTimeout(() => controller.abort(), integer(random, 1, 300)).unref()
    const { accepted } = connection.outbox
    ledger.add(message.id, false)
    this.#await(
      connection.deliver(message, timeout === undefined ? { signal } : { signal, timeout }),
      ({ status }) => status === 'acknowledged' && ledger.received(message.id),
    )
    if (connection.outbox.accepted === accepted) ledger.remove(message.id)
    else journal.count('messages')
  }

  request(
    connection: Connection<Down, Up>,
    options: { readonly retry: boolean; readonly timeout?: number },
    failed?: (error: HoldfastError) => void,
  ): void {
    const id = this.#requests++
    const idOf = (message: Down) => (message?.kind === 'answer' ? message.id : undefined)
    this.#master.journal.count('requests')
    this.#await(connection.request({ kind: 'request', id }, { id, idOf, ...options }), undefined, failed)
  }

  #await<T>(
    promise: Promise<T>,
    done?: (value: T) => unknown,
    failed?: (error: HoldfastError) => void,
  ): void {
    const master = this.#master
    this.#pending += 1
    promise
      .then(done, (error: HoldfastError) => {
        master.keepsSecret(error)
        failed?.(error)
        if (!NO_RECEIPT.includes(error.code)) master.fail(`a promise was rejected: ${error.stack}`)
      })
      .finally(() => {
        this.#pending -= 1
      })
  }
}
