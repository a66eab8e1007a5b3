/** Numbers remembered for each member: more than a client may have unanswered, which is its `window`. */
const REMEMBERED = 20_000
const MAX_MEMBERS = 500

/**
 * Which messages the room has had, so that one that is sent again is answered and not done again: with this,
 * at least once becomes exactly once. A real server keeps it where it keeps what the messages lead to.
 */
export class RecentIds {
  readonly #members = new Map<string, Set<number>>()

  /** Whether this number of this member is new, from now on no more. */
  add(member: string, id: number): boolean {
    const ids = this.#members.get(member) ?? new Set()
    if (ids.has(id)) return false
    this.#members.set(member, ids)
    ids.add(id)
    forgetOldest(ids, REMEMBERED)
    forgetOldest(this.#members, MAX_MEMBERS)
    return true
  }
}

/** Sets and maps keep the order in which things came. */
function forgetOldest<K>(items: Set<K> | Map<K, unknown>, most: number): void {
  if (items.size <= most) return
  const [oldest] = items.keys()
  if (oldest !== undefined) items.delete(oldest)
}
