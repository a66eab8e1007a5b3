import {
  type Connection,
  type ConnectionOptions,
  constant,
  type RawIncoming,
  type RawOutgoing,
} from '@holdfast/core'
import type { ReleaseReport } from '@holdfast/core/bindings'
import { expect, vi } from 'vitest'
import { type FakeConnection, fakeServer } from '../../packages/core/src/testing/index.ts'
import { BLANK, listens, type Part, type Screen, type Step, sharedKey } from './screen.ts'

type RawConnection = Connection<RawIncoming, RawOutgoing>

/** What one component has shown, and what it gave to be called. */
export interface Shown {
  readonly connection: RawConnection | null
  readonly status: string
  readonly last: unknown
  readonly history: readonly unknown[]
  readonly send: (message: string) => boolean
  readonly deliver: (message: string) => Promise<unknown>
}

/** One component, as the page sees it. */
export class Seen {
  now: Shown | undefined
  /** All that `useMessages` told it. */
  readonly messages: unknown[] = []
}

/** Renders a screen; `isUrgent`: and comes back once it is shown. */
export type Show = (screen: Screen, isUrgent: boolean) => Promise<void> | void

/** A page with components that come, change and go, and the server that they talk to. */
export class Page {
  seen = BLANK.map(() => new Seen())
  readonly #server = fakeServer(/^/, { latency: 1 })
  readonly #show: Show
  readonly #pass: (ms: number) => Promise<void>
  #screen = BLANK
  #count = 0
  #pending = 0
  #mayRepeat = false
  readonly #met = new Set<RawConnection>()
  /** Messages that were taken, and of which the page was told that they are lost, or may be. */
  readonly #taken: string[] = []
  readonly #told: unknown[] = []
  readonly #reports: ReleaseReport[] = []

  constructor(show: Show, pass: (ms: number) => Promise<void>) {
    this.#show = show
    this.#pass = pass
    this.#server.reply((message) => {
      const text = String(message)
      if (text.startsWith('message')) return `ack ${text}`
      return text.startsWith('request') ? `re ${text}` : undefined
    })
  }

  /** What a component gives to `useWebSocket`. */
  optionsOf({ key, enabled, handover }: Part) {
    const acknowledged: ConnectionOptions['delivery'] = {
      id: (message) => (String(message).startsWith('message') ? String(message) : undefined),
      acknowledged: (message) => /^ack (.*)/.exec(String(message))?.[1],
    }
    return {
      environment: this.#server.environment,
      reconnect: { backoff: constant(1_000) },
      onRelease: (report: ReleaseReport) => void this.#reports.push(report),
      enabled,
      handover,
      key,
      ...(key === 'lazy' && { lazy: true, idleTimeout: 500 }),
      ...(key === 'acknowledged' && { delivery: acknowledged }),
    }
  }

  /** Called with each connection that is rendered. */
  meet(connection: RawConnection | null): void {
    if (connection === null || this.#met.has(connection)) return
    this.#met.add(connection)
    // One key for two URLs is told there, and is no failure here.
    connection.errors$.subscribe()
    connection.events$.subscribe((event) => {
      if (event.type === 'dropped' && event.reason !== 'moved') this.#told.push(event.message)
      if (event.type === 'unconfirmed') this.#told.push(...event.messages)
    })
  }

  async take(step: Step): Promise<void> {
    if ('changes' in step) return this.#change(step.changes, step.isUrgent)
    if ('place' in step) return this.#call(step.do, step.place)
    if ('ms' in step) return this.#pass(step.ms)
    // What a server does comes in a task of its own.
    await this.#pass(0)
    this.#serve(step.do)
  }

  /** Lets all come to rest, and checks what must be true then. */
  async settle(): Promise<void> {
    await this.#pass(0)
    this.#serve('well')
    await this.#pass(5_000)
    for (const { now } of this.seen) if (now?.connection?.state.status === 'closed') now.connection.open()
    await this.#pass(12_000)
    this.#checkConnections()
    this.#checkChannels()
    await this.#checkMessages()
  }

  /** Takes all components away, and checks that nothing is left, and nothing was lost in silence. */
  async leave(): Promise<void> {
    await this.#show(BLANK, true)
    await this.#pass(10_000)
    expect(this.#server.live).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
    expect(this.#pending).toBe(0)
    const received = this.#server.messages.map(String).filter((message) => message.startsWith('message'))
    if (!this.#mayRepeat) expect(received).toEqual([...new Set(received)])
    const known = new Set([...received, ...this.#told])
    expect(this.#taken.filter((message) => !known.has(message))).toEqual([])
    const undelivered = this.#reports.flatMap((report) => report.undelivered)
    expect(received.filter((message) => undelivered.includes(message))).toEqual([])
    const reported = [...undelivered, ...this.#reports.flatMap(({ unconfirmed }) => unconfirmed)]
    expect(reported).toEqual([...new Set(reported)])
    expect(reported.filter((message) => !this.#told.includes(message))).toEqual([])
  }

  async #change(changes: readonly (readonly [number, Part | undefined])[], isUrgent: boolean): Promise<void> {
    const screen = [...this.#screen]
    for (const [place, part] of changes) screen[place] = part
    const isSame = (place: number) => screen[place]?.life === this.#screen[place]?.life
    this.seen = this.seen.map((seen, place) => (isSame(place) ? seen : new Seen()))
    this.#screen = screen
    // What comes back after a loss may have arrived.
    this.#mayRepeat ||= screen.some((part) => part?.key === 'acknowledged')
    const shown = this.#show(screen, isUrgent)
    if (isUrgent) await shown
  }

  #call(name: string, place: number): void {
    const { now } = this.seen[place] ?? {}
    if (!now || !this.#screen[place]) return
    const { connection } = now
    this.#count += 1
    const message = `${name === 'request' ? 'request' : 'message'} ${this.#count}`
    if (name === 'send' && now.send(message)) this.#taken.push(message)
    if (name === 'deliver') {
      this.#taken.push(message)
      this.#await(now.deliver(message).catch(() => void this.#told.push(message)))
    }
    if (name === 'request' && connection) {
      const match = (incoming: unknown) => incoming === `re ${message}`
      this.#await(connection.request(message, { match, retry: true, timeout: 8_000 }).catch(() => undefined))
    }
    if (name === 'reconnect') connection?.reconnect()
    if (name === 'hand-over') connection?.reconnect('planned', { handover: true })
    if (name === 'close') void connection?.close()
    if (name === 'open') connection?.open()
    if (name === 'clear') connection?.clear()
  }

  #await(work: Promise<unknown>): void {
    this.#pending += 1
    work.then(() => {
      this.#pending -= 1
    })
  }

  #serve(name: string): void {
    const server = this.#server
    if (name === 'drop') server.drop(1006)
    if (name === 'stop') server.close(4403)
    if (name === 'restart') server.close(1001)
    if (name === 'hang') server.hang()
    if (name === 'stall') server.stall()
    if (name === 'say') server.send(`said ${++this.#count}`)
    if (name !== 'well') return
    server.drain()
    server.accept()
  }

  get #components() {
    return this.#screen.flatMap((part, place) => {
      const seen = this.seen[place]
      return part && seen ? [{ part, place, seen, key: sharedKey(part, place) }] : []
    })
  }

  #checkConnections(): void {
    const components = this.#components
    const open = new Set<string>()
    for (const { part, place, seen, key } of components) {
      const all = components.filter((other) => other.key === key)
      const isUsed = part.key !== 'lazy' || all.some((other) => listens(other.part))
      const isOpen = key !== undefined && isUsed
      expect(seen.now?.status, `at ${place}`).toBe(isOpen ? 'open' : 'idle')
      if (isOpen) open.add(key)
      if (key === undefined) expect(seen.now?.connection).toBeNull()
      for (const other of key === undefined ? [] : components) {
        const isOne = other.seen.now?.connection === seen.now?.connection
        expect(isOne, `${key} and ${other.key}`).toBe(key === other.key)
      }
    }
    expect(this.#server.live).toHaveLength(open.size)
  }

  /** Each connection that is there has asked for what is wanted, and for nothing twice. */
  #checkChannels(): void {
    for (const topic of ['x', 'y']) {
      const wanting = this.#components.filter(({ part }) => part.topic === topic && listens(part))
      const keys = new Set(wanting.flatMap(({ key }) => key ?? []))
      const asked = this.#server.live.map((live) => asksOf(live, topic))
      expect(asked.filter((asks) => asks.at(-1) === `on ${topic}`)).toHaveLength(keys.size)
      for (const asks of asked) {
        expect(asks).toEqual(asks.map((_, index) => `${index % 2 === 0 ? 'on' : 'off'} ${topic}`))
      }
    }
  }

  async #checkMessages(): Promise<void> {
    const words = ['first', 'second', 'third']
    for (const word of words) this.#server.send(word)
    await this.#pass(40)
    for (const { part, seen, key } of this.#components) {
      if (key === undefined || !listens(part)) continue
      expect(seen.now?.last).toBe('third')
      expect(seen.now?.history.slice(-3)).toEqual(words)
      expect(seen.messages.slice(-3)).toEqual(words)
      const others = seen.messages.filter((message) => !String(message).startsWith('ack'))
      expect(others).toEqual([...new Set(others)])
    }
  }
}

function asksOf({ messages }: FakeConnection, topic: string): string[] {
  return messages.map(String).filter((message) => message === `on ${topic}` || message === `off ${topic}`)
}
