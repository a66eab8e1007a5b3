import type { Line, Member, Room as Name, RoomMessage, RoomNews } from '../shared/messages.ts'

/** Lines that are told to somebody who joins. */
const HISTORY = 100
/** Somebody who types says so again every 2 s. */
const TYPING_MS = 5_000

/** Whoever is in a room: a member, and how to tell it something. */
export interface Guest {
  readonly member: Member
  readonly tell: (message: RoomMessage) => void
}

/** One room: its newest lines, who is there, and who is typing. */
export class Room {
  readonly #name: Name
  readonly #guests = new Set<Guest>()
  readonly #lines: Line[] = []
  readonly #typing = new Map<string, { member: Member; timer: NodeJS.Timeout }>()
  #seq = 0

  constructor(name: Name) {
    this.#name = name
  }

  get nextSeq(): number {
    return this.#seq + 1
  }

  /** Adds a line of the journal. */
  remember(line: Line): void {
    this.#seq = line.seq
    this.#lines.push(line)
    if (this.#lines.length > HISTORY) this.#lines.shift()
  }

  /** Tells what was said since `after`, or the history where that is not known here. */
  join(guest: Guest, after: number | undefined): void {
    const isNew = !this.#has(guest.member)
    this.#guests.add(guest)
    const first = this.#lines[0]?.seq ?? 1
    const isWhole = after === undefined || after > this.#seq || after < first - 1
    const lines = isWhole ? this.#lines : this.#lines.filter(({ seq }) => seq > after)
    guest.tell(
      this.#addressed({
        type: 'joined',
        lines,
        isWhole,
        members: this.#members(),
        typing: this.#typists(),
      }),
    )
    if (isNew) this.#tell({ type: 'members', members: this.#members() }, guest)
  }

  leave(guest: Guest): void {
    if (!this.#guests.delete(guest) || this.#has(guest.member)) return
    this.setTyping(guest.member, false)
    this.#tell({ type: 'members', members: this.#members() })
  }

  say(line: Line): void {
    this.remember(line)
    this.#tell({ type: 'said', line })
  }

  setTyping(member: Member, isTyping: boolean): void {
    const known = this.#typing.get(member.id)
    clearTimeout(known?.timer)
    if (isTyping) {
      const timer = setTimeout(() => this.setTyping(member, false), TYPING_MS)
      this.#typing.set(member.id, { member, timer })
    } else this.#typing.delete(member.id)
    // Only a change is told: somebody may say it with every key.
    if ((known !== undefined) !== isTyping) this.#tell({ type: 'typing', members: this.#typists() })
  }

  close(): void {
    for (const { timer } of this.#typing.values()) clearTimeout(timer)
  }

  #has({ id }: Member): boolean {
    return [...this.#guests].some(({ member }) => member.id === id)
  }

  /** One of each, however many connections somebody has. */
  #members(): Member[] {
    return [...new Map([...this.#guests].map(({ member }) => [member.id, member])).values()]
  }

  #typists(): Member[] {
    return [...this.#typing.values()].map(({ member }) => member)
  }

  #tell(news: RoomNews, except?: Guest): void {
    const message = this.#addressed(news)
    for (const guest of this.#guests) if (guest !== except) guest.tell(message)
  }

  #addressed(news: RoomNews): RoomMessage {
    return { ...news, room: this.#name, seq: this.#seq }
  }
}
