import type { ChannelOptions } from './channel.ts'
import type { SendOptions } from './composer.ts'
import { type CloseOptions, type ReconnectCallOptions, Shell } from './connection.ts'
import type { DeliverOptions, Receipt } from './delivery.ts'
import type { ShellOptions } from './engine.ts'
import type { HoldfastError } from './errors.ts'
import type { ConnectionEvent } from './events.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'
import type { RequestOptions, RequestSettings } from './request-options.ts'
import { type Observable, observable } from './rxjs.ts'
import { type CloseReport, type ConnectionState, readyStateOf } from './state.ts'
import { stream } from './stream.ts'
import type { UrlSource } from './url.ts'

/** For the parts of the core that go deeper than the public class does. */
const shells = new WeakMap<object, unknown>()

export function shellOf<Incoming, Outgoing>(
  connection: Connection<Incoming, Outgoing>,
): Shell<Incoming, Outgoing> {
  // The map holds for each connection its own shell, so its type is known.
  return shells.get(connection) as Shell<Incoming, Outgoing>
}

/**
 * A WebSocket connection that comes back: made by `connect()`.
 *
 * @typeParam Incoming - What `messages$` emits: decoded, and validated where there is a schema.
 * @typeParam Outgoing - What `send()` takes.
 */
export class Connection<Incoming, Outgoing> {
  /** Every state, the current one first. Completes when the connection is disposed of. */
  readonly state$: Observable<ConnectionState>
  /** Every message, in order. Hot. Completes at `closed`; subscribing while closed waits for `open()`. */
  readonly messages$: Observable<Incoming>
  /** The numbers of the send queue, the current ones first, then at most once a frame. */
  readonly outbox$: Observable<OutboxSnapshot>
  /** All that happens, for logs and telemetry. */
  readonly events$: Observable<ConnectionEvent>
  /** What went wrong, here or in the functions that were given; the connection goes on. */
  readonly errors$: Observable<HoldfastError>

  /** For other libraries, and for `from(connection)`: its {@link messages$}. */
  declare readonly [Symbol.observable]: () => Observable<Incoming>

  /** Closes, completes every stream, and cannot be opened again. Only where the host has the symbol. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>

  readonly #shell: Shell<Incoming, Outgoing>

  /** As native classes have it. Vue makes no proxy of what has one: behind a proxy private members are out of reach. */
  get [Symbol.toStringTag](): string {
    return 'Connection'
  }

  /** @internal `connect()` is the way in. */
  constructor(url: UrlSource, options: ShellOptions, start?: 'auto' | 'manual') {
    const shell = new Shell<Incoming, Outgoing>(url, options, start)
    shells.set(this, shell)
    this.#shell = shell
    this.state$ = stream(shell, shell.announcer.states, () => shell.announcer.toldState)
    this.messages$ = stream(shell, shell.messages, undefined, shell.ended)
    this.outbox$ = stream(shell, shell.digest.outboxes, () => shell.outbox)
    this.events$ = stream(shell, shell.announcer.events)
    this.errors$ = stream(shell, shell.announcer.errors)
    // The symbol, or the text that stands for it where the host has none.
    Object.defineProperty(this, observable, { value: () => this.messages$ })
    // Where the host has the symbol: `await using connection = connect(…)`.
    if (Symbol.asyncDispose) this[Symbol.asyncDispose] = () => shell.dispose()
  }

  /** The present state; {@link state$} tells each. */
  get state(): ConnectionState {
    return this.#shell.state
  }

  /** The present numbers of the send queue; {@link outbox$} tells them. */
  get outbox(): OutboxSnapshot {
    return this.#shell.outbox
  }

  /** Where the last dial went to, or is going to; `''` before a URL function has answered. */
  get url(): string {
    return this.#shell.url
  }

  /** The subprotocol that the server chose; `''` unless open. */
  get protocol(): string {
    const { state } = this
    return state.status === 'open' ? state.protocol : ''
  }

  /** The extensions that the server chose; `''` unless open. */
  get extensions(): string {
    const { state } = this
    return state.status === 'open' ? state.extensions : ''
  }

  /** As the native property: 0 CONNECTING until open and between attempts, 1 OPEN, 2 CLOSING, 3 CLOSED. */
  get readyState(): 0 | 1 | 2 | 3 {
    return readyStateOf(this.state)
  }

  /** Payload bytes that have not left: those queued here and those in the native buffer. */
  get bufferedAmount(): number {
    return this.#shell.bufferedAmount
  }

  /**
   * As the native property; kept over reconnects.
   *
   * @throws HoldfastError `CONFIGURATION` for another value, when it is set.
   */
  get binaryType(): 'blob' | 'arraybuffer' {
    return this.#shell.binaryType
  }

  set binaryType(type: 'blob' | 'arraybuffer') {
    this.#shell.binaryType = type
  }

  /**
   * Sends a message now, or queues it until the connection is open and has room.
   *
   * @throws HoldfastError `CLOSED` after `close()`, `ENCODE` for what cannot be encoded, `CONFIGURATION` for a bad `ttl`
   * or `key` and for what `delivery.id` returns, `HANDLER` where that throws, `OVERFLOW` for a full queue (with
   * `overflow: 'throw'`) or a message over `maxBytes`; nothing is lost then.
   */
  send(message: Outgoing, options?: SendOptions): void {
    this.#shell.send(message, options)
  }

  /**
   * Sends a message as {@link send} does, and resolves once it has arrived, as far as can be told: with
   * `delivery` and an id when the server has acknowledged it, else when it has left the native buffer, which
   * proves no arrival. It waits for as long as the connection may come back, unless there is a `timeout`.
   *
   * @returns Rejects with what `send()` throws; with `DROPPED` and a `reason` for a message that was given
   * up (`overflow`, `expired`, `replaced`, `too-large`, `unreadable`, `cleared`, `closed`) or is not waited for
   * any longer (`aborted`, `timeout`: one that was written then may arrive all the same).
   */
  deliver(message: Outgoing, options?: DeliverOptions): Promise<Receipt> {
    return this.#shell.deliver(message, options)
  }

  /**
   * Sends a message and waits for its answer, which goes to `messages$` too.
   *
   * @remarks The promise always ends: with the first answer, or with a `HoldfastError`. `DROPPED` with
   * `reason` `'timeout'`, `'aborted'`, or why the queue dropped it; `CLOSED` when the connection ends, or is
   * lost after the request was written and `retry` is not set (`cause` is then the {@link CloseInfo}, unless the
   * socket was replaced at once);
   * what `send()` throws; `CONFIGURATION` for bad options.
   * @example
   * ```ts
   * const answer = await connection.request({ id: 7, get: 'time' }, { id: 7, idOf: (message) => message.id })
   * ```
   */
  request<Answer extends Incoming>(
    message: Outgoing,
    options: RequestSettings & { match: (incoming: Incoming) => incoming is Answer },
  ): Promise<Answer>
  request(message: Outgoing, options: RequestOptions<Incoming>): Promise<Incoming>
  request(message: Outgoing, options: RequestOptions<Incoming>): Promise<Incoming> {
    return this.#shell.request(message, options)
  }

  /**
   * A subscription with the server: `subscribe` is sent for the first subscriber and after every reconnect,
   * before anything that is queued; `unsubscribe` when the last one leaves.
   *
   * @remarks One subscription for all subscribers of this Observable, so keep it and share it. Its messages
   * go to `messages$` too. Completes at `closed`; subscribing while closed waits for `open()`.
   * @throws HoldfastError `CONFIGURATION` for bad options.
   * @example
   * ```ts
   * const trades$ = connection.channel({
   *   subscribe: () => ({ subscribe: 'trades' }),
   *   unsubscribe: () => ({ unsubscribe: 'trades' }),
   *   filter: (message) => message.topic === 'trades',
   *   resume: (last) => ({ subscribe: 'trades', after: last.id }),
   * })
   * ```
   */
  channel<Message extends Incoming>(
    options: ChannelOptions<Incoming, Outgoing, Message> & {
      filter: (incoming: Incoming) => incoming is Message
    },
  ): Observable<Message>
  channel(options: ChannelOptions<Incoming, Outgoing>): Observable<Incoming>
  channel(options: ChannelOptions<Incoming, Outgoing>): Observable<Incoming> {
    return stream(this.#shell, this.#shell.exchange.channels.create(options), undefined, this.#shell.ended)
  }

  /** Drops what is queued, each told as `dropped` with reason `cleared`. Returns how many. For log-out. */
  clear(): number {
    return this.#shell.clear().length
  }

  /**
   * Connects: at once when idle, waiting, suspended or closed (a new life); after the end when closing.
   *
   * @throws HoldfastError `CLOSED` once it is disposed of.
   */
  open(): void {
    this.#shell.open()
  }

  /**
   * Gives the current connection or attempt up and dials at once; attempts are counted anew. Nothing after `close()`.
   *
   * @param reason - Why, for events; with `handover` also for the server. At most 123 bytes of UTF-8.
   * @remarks With `{ handover: true }` an open connection is moved instead: the next socket is opened and
   * signed in first, then this one is closed cleanly, then the next one is written to. Nothing of yours is lost
   * or reordered; what the server sends to both comes twice.
   * @throws HoldfastError `CONFIGURATION` for a reason that is too long, and for `handover` without a queue; `CLOSED`
   * once it is disposed of.
   */
  reconnect(reason?: string, options?: ReconnectCallOptions): void {
    this.#shell.reconnect(reason, options)
  }

  /**
   * Writes what is queued, within `drainTimeout`, then closes; resolves with what became of it all.
   *
   * @param code - 1000 or 3000–4999; where it is absent none is sent, with a reason 1000.
   * @param reason - At most 123 bytes of UTF-8.
   * @throws HoldfastError `CONFIGURATION` for a code or reason that an application may not send, and a bad
   * `drainTimeout`.
   * @see https://www.rfc-editor.org/rfc/rfc6455#section-7.4
   */
  close(code?: number, reason?: string, options?: CloseOptions): Promise<CloseReport<Outgoing>> {
    return this.#shell.close(code, reason, options)
  }
}
