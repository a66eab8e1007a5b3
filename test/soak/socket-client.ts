import { setTimeout as delay } from 'node:timers/promises'
import type { ConnectionState } from '@holdfast/core'
import { ReconnectingWebSocket } from '@holdfast/core/websocket'
import { integer, pick } from '../support/random.ts'
import { Client, type ClientSetting, type Operation } from './client.ts'
import { CONNECT_TIMEOUT } from './clock.ts'
import { authOf } from './profile.ts'
import type { Down, Up } from './protocol.ts'

/** How long a handover may take, in ms of ours: `connectTimeout`, and what a busy machine adds. */
const MOVING = 5_000

/** A client that is a `ReconnectingWebSocket`. */
export class SocketClient extends Client {
  readonly #socket: ReconnectingWebSocket
  #isOpen = false
  #answers = 0
  #movingUntil = 0

  constructor(setting: ClientSetting) {
    super(setting)
    const { profile, environment } = this
    const auth = authOf(profile, this.tokens.token, JSON.stringify, read)
    const ping: Up = { kind: 'ping' }
    this.#socket = new ReconnectingWebSocket(`${this.line.proxy.url}/${this.name}`, 'soak.v1', {
      environment,
      binaryType: 'arraybuffer',
      connectTimeout: CONNECT_TIMEOUT,
      lazy: profile.isLazy,
      queue: {
        highWaterMark: profile.highWaterMark,
        maxMessages: profile.maxMessages,
        keepWritten: Infinity,
      },
      delivery: { id: (message) => idOf(message), acknowledged: (data) => this.#acknowledged(data) },
      ...(auth ? { auth } : {}),
      ...(profile.hasHeartbeat
        ? { heartbeat: { message: () => JSON.stringify(ping), interval: 10_000 } }
        : {}),
    })
    const { url } = this.#socket
    this.#socket.onopen = () => {
      if (this.#isOpen) this.fail("a second 'open' without a 'close'")
      this.#isOpen = true
      this.#look()
    }
    this.#socket.onclose = (event) => {
      this.#isOpen = false
      this.keepsSecret({ code: event.code, reason: event.reason, url: this.#socket.url })
      if (this.#socket.url !== url) this.fail(`its url has become ${this.#socket.url}`)
      this.#look()
    }
    this.#socket.onmessage = ({ data }) => {
      if (!this.#isOpen) this.fail("a 'message' before 'open' or after 'close'")
      if ((read(data) as Down | undefined)?.kind === 'answer') this.#answers += 1
    }
  }

  protected readonly operations: readonly Operation[] = [
    [30, 'send', () => this.#send(integer(this.random, 1, 12))],
    [2, 'send many', () => this.#send(integer(this.random, 50, 300))],
    [3, 'reconnect', () => this.#socket.reconnect('soak')],
    [4, 'handover', () => this.#move()],
    [5, 'open', () => this.#socket.open()],
    [3, 'close', () => this.#closeAndOpen()],
    [3, 'network', () => this.flip('network')],
    [3, 'visibility', () => this.flip('visibility')],
    [2, 'page', () => this.flip('page')],
  ]

  get state(): ConnectionState {
    return this.#socket.state
  }

  isWell(): boolean {
    const { state, bufferedAmount, readyState } = this.#socket
    if (state.status === 'closed' || state.status === 'idle') this.#socket.open()
    return state.status === 'open' && readyState === 1 && bufferedAmount === 0 && this.ledger.open === 0
  }

  describe(): string {
    const { state, bufferedAmount, readyState } = this.#socket
    return JSON.stringify({ state, bufferedAmount, readyState, open: this.ledger.open })
  }

  async rollCall(): Promise<void> {
    const before = this.#answers
    const answered = async () => {
      while (this.#answers === before && !this.journal.isOver) {
        // Nothing tells whether one was lost: it asks until it is answered.
        if (this.#socket.readyState === 1) this.#socket.send('{"kind":"request","id":0}')
        await delay(50)
      }
    }
    await this.within(60_000, 'the roll call', answered())
  }

  async close(): Promise<void> {
    await this.#end(1000)
  }

  async dispose(): Promise<void> {
    this.line.accounts.delete(this.name)
  }

  protected override check(): void {
    this.#look()
  }

  /** It has no stream of states: looked at now and then, some are missed, and none may be wrong. */
  #look(): void {
    const { state, readyState } = this.#socket
    this.keepsSecret(state)
    this.noteState(state)
    if (this.#isOpen && state.status === 'open' && readyState !== 1)
      this.fail(`open, and readyState ${readyState}`)
    this.isMoving = performance.now() < this.#movingUntil || this.profile.renewBy === 'handover'
  }

  #acknowledged(data: unknown): readonly number[] | undefined {
    const message = read(data) as Down | undefined
    if (message?.kind !== 'acknowledged') return undefined
    this.ledger.acknowledged(message.ids)
    return message.ids
  }

  #send(count: number): void {
    for (let left = count; left > 0; left--) {
      const message = this.message()
      // After the end it is discarded, as the standard says.
      if (this.#socket.readyState >= 2) continue
      this.ledger.add(message.id, false)
      this.#socket.send(JSON.stringify(message))
      this.journal.count('messages')
    }
  }

  #move(): void {
    this.#movingUntil = performance.now() + MOVING
    this.#look()
    this.#socket.reconnect('moved', { handover: true })
  }

  async #closeAndOpen(): Promise<void> {
    const code = pick(this.random, [undefined, 1000, 3_000, 4_999])
    const pause = integer(this.random, 0, 200)
    await this.#end(code)
    await delay(pause)
    this.#socket.open()
  }

  async #end(code: number | undefined): Promise<void> {
    const socket = this.#socket
    if (socket.readyState === 3) return
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }))
    socket.close(code)
    await this.within(3_000 + 3_000, "the last 'close'", closed)
    if (this.state.status !== 'closed') this.fail(`'close' was told, and it is ${this.state.status}`)
    this.ledger.giveUp()
    await this.checkSilence()
  }
}

function read(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : undefined
  } catch {
    return undefined
  }
}

function idOf(message: unknown): number | undefined {
  const up = read(message) as Up | undefined
  return up?.kind === 'message' ? up.id : undefined
}
