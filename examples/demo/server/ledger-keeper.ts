import type { Gap, Ledger, LedgerEntry } from '../shared/ledger.ts'

const MAX_MEMBERS = 500

/** Counts what arrives of whom. It is told of all work that the room does, and knows nothing of how. */
export class LedgerKeeper {
  readonly #accounts = new Map<string, Account>()

  /** The room did its work on a message. */
  work(member: string, id: number): void {
    this.#account(member).work(id)
  }

  /** The room recognised a message that it had had. */
  repeat(member: string): void {
    this.#account(member).repeats += 1
  }

  read(): Ledger {
    return Object.fromEntries([...this.#accounts].map(([member, account]) => [member, account.read()]))
  }

  #account(member: string): Account {
    const known = this.#accounts.get(member)
    if (known) return known
    const [oldest] = this.#accounts.keys()
    if (this.#accounts.size >= MAX_MEMBERS && oldest !== undefined) this.#accounts.delete(oldest)
    const account = new Account()
    this.#accounts.set(member, account)
    return account
  }
}

/** Exact however long it runs: what came is a range with gaps, and there are few of those. */
class Account {
  repeats = 0
  #arrived = 0
  #twice = 0
  #disordered = 0
  #highest = 0
  #gaps: Gap[] = []

  work(id: number): void {
    if (id > this.#highest) {
      if (id > this.#highest + 1) this.#gaps.push([this.#highest + 1, id - 1])
      this.#highest = id
      this.#arrived += 1
      return
    }
    const gap = this.#gaps.find(([from, to]) => from <= id && id <= to)
    if (gap === undefined) {
      this.#twice += 1
      return
    }
    this.#gaps = this.#gaps.flatMap((one) => (one === gap ? without(one, id) : [one]))
    this.#disordered += 1
    this.#arrived += 1
  }

  read(): LedgerEntry {
    return {
      arrived: this.#arrived,
      twice: this.#twice,
      disordered: this.#disordered,
      repeats: this.repeats,
      highest: this.#highest,
      gaps: this.#gaps,
    }
  }
}

/** What is left of a gap when a number in it has come after all. */
function without([from, to]: Gap, id: number): Gap[] {
  const rest: Gap[] = []
  if (from < id) rest.push([from, id - 1])
  if (id < to) rest.push([id + 1, to])
  return rest
}
