import {
  type ClientMessage,
  type Member,
  type Rejection,
  ROOMS,
  type Room as RoomName,
  type SayMessage,
} from '../shared/messages.ts'
import { Journal, KEPT } from './journal.ts'
import { Allowance, type Limits } from './limits.ts'
import { type Guest, Room } from './room.ts'

/** All rooms, out of the journal: what a server that starts has to read first. */
export class Rooms {
  readonly #rooms = new Map<RoomName, Room>(ROOMS.map((name) => [name, new Room(name)]))
  readonly #journal: Journal
  readonly #limits: Limits
  /** Of the newest messages that were taken: who said it, and the id that they gave it. */
  readonly #taken = new Set<string>()
  readonly #allowances = new Map<string, Allowance>()

  constructor(path: string, limits: Limits) {
    const { journal, entries } = Journal.open(path)
    this.#journal = journal
    this.#limits = limits
    for (const { room, ...line } of entries) {
      this.#remember(keyOf(line.from, line.id))
      this.#room(room).remember(line)
    }
  }

  hear(guest: Guest, message: Exclude<ClientMessage, { type: 'say' | 'sign-in' | 'ping' }>): void {
    const room = this.#room(message.room)
    if (message.type === 'join') room.join(guest, message.after)
    else if (message.type === 'leave') room.leave(guest)
    else room.setTyping(guest.member, message.isTyping)
  }

  /** Takes a message once, however often it comes; whoever sent it is to be told that it is taken. */
  say(from: Member, message: SayMessage): Rejection | undefined {
    const { id, room, text } = message
    const key = keyOf(from, id)
    this.#room(room).setTyping(from, false)
    if (this.#taken.has(key)) return undefined
    const rejection = this.#allowanceOf(from).check(message)
    if (rejection) return rejection
    const line = { seq: this.#room(room).nextSeq, id, from, text, at: Date.now() }
    this.#journal.append({ room, ...line })
    this.#remember(key)
    this.#room(room).say(line)
    return undefined
  }

  leave(guest: Guest): void {
    for (const room of this.#rooms.values()) room.leave(guest)
  }

  close(): void {
    for (const room of this.#rooms.values()) room.close()
    this.#journal.close()
  }

  #remember(key: string): void {
    this.#taken.add(key)
    const [oldest] = this.#taken
    if (this.#taken.size > KEPT && oldest !== undefined) this.#taken.delete(oldest)
  }

  #allowanceOf({ id }: Member): Allowance {
    const known = this.#allowances.get(id)
    if (known) return known
    const allowance = new Allowance(this.#limits)
    this.#allowances.set(id, allowance)
    return allowance
  }

  #room(name: RoomName): Room {
    const room = this.#rooms.get(name)
    if (!room) throw new Error(`There is no room ${name}.`)
    return room
  }
}

function keyOf({ id }: Member, message: string): string {
  return `${id} ${message}`
}
