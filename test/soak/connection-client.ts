import { setTimeout as delay } from 'node:timers/promises'
import type { CloseReport, Connection, ConnectionEvent, ConnectionState, HoldfastError } from '@holdfast/core'
import { type MemoryOutbox, MemoryStore, memoryOutbox } from '@holdfast/core/testing'
import type { Observable, Subscription } from 'rxjs'
import { integer, pick } from '../support/random.ts'
import { Client, type ClientSetting, type Operation } from './client.ts'
import { connectAs } from './connect-as.ts'
import { Errands } from './errands.ts'
import type { Down, Up } from './protocol.ts'

/** Events that belong into a history. */
const NOTED: readonly ConnectionEvent['type'][] = [
  'lost',
  'handover',
  'channel',
  'restored',
  'recovered',
  'late',
]
const GROWING = ['accepted', 'written', 'recovered', 'dropped', 'unconfirmed', 'acknowledged'] as const

/** A client that `connect()` made. */
export class ConnectionClient extends Client {
  #connection: Connection<Down, Up>
  readonly #store = new MemoryStore()
  #storage: MemoryOutbox | undefined
  #news: Observable<Down>
  #subscriptions: Subscription[] = []
  #listening: Subscription | undefined
  #subscribed: Subscription | undefined
  #before: Connection<Down, Up>['outbox']
  #report: CloseReport<Up> | undefined
  readonly #errands: Errands = new Errands(this)

  constructor(setting: ClientSetting) {
    super(setting)
    this.#connection = this.#connect()
    this.#before = this.#connection.outbox
    this.#news = this.#begin()
  }

  protected readonly operations: readonly Operation[] = [
    [30, 'send', () => this.#errands.send(this.#connection, integer(this.random, 1, 12))],
    [2, 'send many', () => this.#errands.send(this.#connection, integer(this.random, 50, 300))],
    [10, 'deliver', () => this.#errands.deliver(this.#connection)],
    [8, 'request', () => this.#errands.request(this.#connection, { retry: this.random() < 0.5 })],
    [4, 'channel', () => this.#toggleChannel()],
    [3, 'listen', () => this.#toggleListening()],
    [4, 'reconnect', () => this.#connection.reconnect('soak')],
    [6, 'handover', () => this.#connection.reconnect('moved', { handover: true })],
    [5, 'open', () => this.#connection.open()],
    [2, 'clear', () => this.#connection.clear()],
    [3, 'close', () => this.#closeAndOpen()],
    [2, 'crash', () => this.#crash()],
    [3, 'network', () => this.flip('network')],
    [3, 'visibility', () => this.flip('visibility')],
    [2, 'page', () => this.flip('page')],
  ]

  get state(): ConnectionState {
    return this.#connection.state
  }

  override recover(): void {
    super.recover()
    // A lazy one that nobody listens to need not be open.
    if (this.#listening?.closed !== false) this.#toggleListening()
  }

  isWell(): boolean {
    const { state, outbox } = this.#connection
    // A server has said that it must not come back, or its user has closed it: only its user can help.
    if (state.status === 'closed' || state.status === 'idle') this.#connection.open()
    const isEmpty = outbox.queued === 0 && outbox.inFlight === 0 && this.#errands.pending === 0
    const isSubscribed = this.session?.isSubscribed === this.#isSubscribed
    return state.status === 'open' && isEmpty && isSubscribed
  }

  describe(): string {
    const { state, outbox } = this.#connection
    const subscribed = `${this.session?.isSubscribed} for ${this.#isSubscribed}`
    return JSON.stringify({ state, outbox, promises: this.#errands.pending, subscribed })
  }

  async rollCall(): Promise<void> {
    const fail = (error: Error) => this.fail(`the roll call: ${error.message}`)
    // Its time is that of the client, which leaves none to a machine that is busy: within() does.
    this.#errands.request(this.#connection, { retry: true, timeout: Infinity }, fail)
    await this.within(60_000, 'the roll call', this.#errands.settled())
  }

  async close(): Promise<void> {
    await this.#end(1000, 3_000)
    this.check()
  }

  async dispose(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
    this.line.accounts.delete(this.name)
    await this.#connection[Symbol.asyncDispose]()
  }

  protected override check(): void {
    const { outbox, url } = this.#connection
    const { accepted, recovered, written, dropped, queued } = outbox
    if (accepted + recovered !== written + dropped + queued) this.fail(`the sums: ${JSON.stringify(outbox)}`)
    for (const name of GROWING) {
      if (outbox[name] < this.#before[name]) this.fail(`${name} fell to ${outbox[name]}`)
    }
    this.#before = outbox
    this.keepsSecret({ url })
  }

  #connect(): Connection<Down, Up> {
    this.#storage = this.profile.isStored ? memoryOutbox(this.#store) : undefined
    return connectAs(this.profile, `${this.line.proxy.url}/${this.name}`, {
      environment: this.environment,
      token: this.tokens.token,
      storage: this.#storage,
      onAcknowledged: (ids) => this.ledger.acknowledged(ids),
    })
  }

  #begin(): Observable<Down> {
    const connection = this.#connection
    this.#subscriptions = [
      connection.state$.subscribe((state) => this.onState(state)),
      connection.events$.subscribe((event) => this.#onEvent(event)),
      connection.errors$.subscribe((error) => this.#onError(error)),
      connection.outbox$.subscribe(),
    ]
    this.#listening = undefined
    this.#subscribed = undefined
    if (!this.profile.isLazy) this.#toggleListening()
    return connection.channel({
      subscribe: () => ({ kind: 'subscribe' }),
      unsubscribe: () => ({ kind: 'unsubscribe' }),
      filter: ({ kind }) => kind === 'news',
    })
  }

  #onEvent(event: ConnectionEvent): void {
    if (event.type === 'dropped') this.#onDropped(event)
    else if (event.type === 'unconfirmed') this.#onUnconfirmed(event.messages)
    else this.keepsSecret(event)
    if (event.type === 'handover') {
      this.isMoving = event.step === 'started'
      if (this.isMoving) this.moves += 1
    }
    if (NOTED.includes(event.type)) this.note(JSON.stringify(event))
  }

  /** What is stored goes out over the next connection, or is told then. */
  #onDropped({ message, reason }: Extract<ConnectionEvent, { type: 'dropped' }>): void {
    if (reason !== 'stored') this.#each([message], (id) => this.ledger.dropped(id))
  }

  #onUnconfirmed(messages: readonly unknown[]): void {
    this.#each(messages, (id) => {
      this.ledger.unconfirmed(id)
      if (this.profile.hasDelivery && !this.isEnding) this.fail(`message ${id} waits for no acknowledgement`)
    })
  }

  #onError(error: HoldfastError): void {
    // A page that has died is not answered by its storage any more.
    if (error.code !== 'STORAGE' || !this.profile.isStored) this.onError(error)
  }

  /** The ids of messages; requests have none that the ledger knows. */
  #each(messages: readonly unknown[], tell: (id: number) => void): void {
    for (const message of messages) {
      const { kind, id } = readUp(message)
      if (kind === 'message' && id !== undefined) tell(id)
    }
  }

  /** The end completes what there is; to subscribe after it is to wait for the next beginning. */
  get #isSubscribed(): boolean {
    return this.#subscribed?.closed === false
  }

  #toggleChannel(): void {
    if (this.#isSubscribed) this.#subscribed?.unsubscribe()
    else this.#subscribed = this.#news.subscribe()
  }

  #toggleListening(): void {
    if (this.#listening?.closed === false) this.#listening.unsubscribe()
    else this.#listening = this.#connection.messages$.subscribe()
  }

  async #closeAndOpen(): Promise<void> {
    const code = pick(this.random, [undefined, 1000, 3_000, 4_999])
    const drainTimeout = pick(this.random, [0, 500, 3_000])
    const keepStored = this.random() < 0.5
    const isHasty = this.random() < 0.3
    const pause = integer(this.random, 0, 200)
    const ended = this.#end(code, drainTimeout, keepStored)
    if (!isHasty) {
      await ended
      await delay(pause)
    }
    this.#connection.open()
    await ended
  }

  async #end(code: number | undefined, drainTimeout: number, keepStored = false): Promise<void> {
    const connection = this.#connection
    const report = await this.within(
      drainTimeout + 3_000 + 5_000,
      'the end',
      connection.close(code, code === undefined ? '' : 'soak', { drainTimeout, keepStored }),
    )
    // Who asks again after the end gets the same one.
    if (report && report !== this.#report) {
      this.keepsSecret({ ...report, undelivered: [], unconfirmed: [], stored: [] })
      this.#each(report.unconfirmed, (id) => this.ledger.unconfirmed(id))
    }
    this.#report = report
    if (connection.state.status === 'closed') await this.checkSilence()
  }

  /** The page dies: nobody hears what became of its messages, and the next page has what was stored. */
  async #crash(): Promise<void> {
    if (!this.#storage) return
    this.#storage.kill()
    this.ledger.inherit()
    const dead = this.#connection
    await this.#end(1000, 0)
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
    await dead[Symbol.asyncDispose]()
    this.renew()
    this.#connection = this.#connect()
    this.#before = this.#connection.outbox
    this.#news = this.#begin()
  }
}

/** A message as events have it: as it was sent; a stored one as the codec reads it, or its bytes where it does not. */
function readUp(message: unknown): { kind?: string; id?: number } {
  const read: unknown = ArrayBuffer.isView(message) ? JSON.parse(new TextDecoder().decode(message)) : message
  return (typeof read === 'object' && read !== null ? read : {}) as { kind?: string; id?: number }
}
