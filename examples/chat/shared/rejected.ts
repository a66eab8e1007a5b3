import { type Conversation, emptyRoom, type Own } from './conversation.ts'

/** The conversation that a page starts with: with what the server had not taken when it was left. */
export function firstRoom(member: string): Conversation {
  const kept = sessionStorage.getItem(keyOf(member))
  // Nobody else writes there.
  return { ...emptyRoom('lobby'), own: kept === null ? [] : (JSON.parse(kept) as readonly Own[]) }
}

/** The outbox has let go of what was rejected, so it is kept here: for as long as a tab is this member. */
export function keepRejected(member: string, { own }: Conversation): void {
  const rejected = own.filter(({ problem }) => problem !== undefined)
  try {
    sessionStorage.setItem(keyOf(member), JSON.stringify(rejected))
  } catch {
    // More than the storage holds: it stays on the page, and the page says already that it was not sent.
  }
}

function keyOf(member: string): string {
  return `not sent by ${member}`
}
