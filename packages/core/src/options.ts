import { type Auth, checkAuth } from './auth.ts'
import { type Backoff, fullJitter } from './backoff.ts'
import type { OutboxLimits } from './capacity.ts'
import { boolean, type Complete, checkFunction, checkObject, count, duration, oneOf } from './checks.ts'
import type { Verdict } from './close-codes.ts'
import type { Codec } from './codec.ts'
import type { DeliveryOptions } from './delivery.ts'
import type { Environment } from './environment.ts'
import { misconfigured } from './errors.ts'
import { type HeartbeatOptions, type HeartbeatSettings, heartbeatSettings } from './heartbeat-options.ts'
import type { StandardSchemaV1 } from './schema.ts'
import type { CloseInfo } from './state.ts'
import type { OutboxStorage } from './storage/outbox-storage.ts'
import { checkProtocols, type ProtocolsSource } from './url.ts'

/** Refused sign-ins in a row, the first included, that end the connection. */
const MAX_REFUSALS = 2

export interface ReconnectOptions {
  /** Draws the delay before each attempt. @defaultValue `fullJitter({ base: 4_000, factor: 2, cap: 30_000 })` */
  readonly backoff?: Backoff | undefined
  /**
   * Dials in one outage, the first included; trials while offline, and those that the page cut short, do not
   * count. @defaultValue Infinity
   */
  readonly maxAttempts?: number | undefined
  /**
   * How long a connection must be open, in ms, before the attempt count starts anew: a server that accepts
   * and drops is not hammered. @defaultValue 5_000
   */
  readonly stableAfter?: number | undefined
  /**
   * Decides after each loss. `undefined` leaves it to the table of close codes; any other answer replaces
   * the table's whole, its delay too. `true` is `'retry'`, `false` is `'stop'`.
   */
  readonly shouldReconnect?:
    | ((close: CloseInfo, attempt: number) => boolean | Verdict | undefined)
    | undefined
}

export interface QueueOptions {
  /** Messages that may wait. @defaultValue 10_000 */
  readonly maxMessages?: number | undefined
  /** Payload bytes that may wait; also the largest message that `send()` takes. @defaultValue 16 MiB */
  readonly maxBytes?: number | undefined
  /** What a full queue does with one more. @defaultValue 'throw': nothing is lost in silence */
  readonly overflow?: 'throw' | 'drop-oldest' | 'drop-newest' | undefined
  /** How long a message may wait, in ms. @defaultValue Infinity */
  readonly ttl?: number | undefined
  /** Bytes of the native `bufferedAmount` up to which is written. @defaultValue 256 KiB */
  readonly highWaterMark?: number | undefined
  /**
   * What becomes of messages that a lost connection had not sent yet, by its `bufferedAmount`: `'unsent'`
   * returns them to the head of the queue. @defaultValue 'unsent'
   */
  readonly recover?: 'unsent' | 'none' | undefined
  /**
   * Bytes of the newest written messages that are kept, to be told as `unconfirmed` when the connection is
   * lost; 0 for none. Older ones are told by number. @defaultValue 256 KiB
   */
  readonly keepWritten?: number | undefined
  /** Where the queue survives the page. @defaultValue memory alone */
  readonly storage?: OutboxStorage | undefined
}

export interface ConnectionOptions {
  /** The subprotocols to offer; a function is asked before every attempt. @defaultValue none */
  readonly protocols?: ProtocolsSource | undefined
  /** As the native property; kept over reconnects. @defaultValue 'blob' */
  readonly binaryType?: 'blob' | 'arraybuffer' | undefined
  /** Signing in: where a token comes from, how it travels, when it is renewed. @defaultValue none */
  readonly auth?: Auth | undefined
  /** When it comes back, and how often; `false`: never, the first loss is the end. @defaultValue it does */
  readonly reconnect?: false | ReconnectOptions | undefined
  /** For one attempt in all, in ms: URL, token, handshake and sign-in. @defaultValue 10_000 */
  readonly connectTimeout?: number | undefined
  /** How long a peer's close frame is waited for, in ms. @defaultValue 3_000 */
  readonly closeTimeout?: number | undefined
  /** Asks a quiet server whether it is there. @defaultValue false */
  readonly heartbeat?: false | HeartbeatOptions | undefined
  /** The send queue. `false`: `send()` before open throws, as the native class does. @defaultValue there is one */
  readonly queue?: false | QueueOptions | undefined
  /** Acknowledgements. @defaultValue none: what was written is not sent again unless it never left */
  readonly delivery?: DeliveryOptions | undefined
  /**
   * Dial when it is needed: at the first subscriber of `messages$` or of a channel, the first message sent, or
   * `open()`. @defaultValue false
   */
  readonly lazy?: boolean | undefined
  /**
   * With `lazy`: back to `idle` this many ms after nobody subscribes and nothing is queued any more.
   * @defaultValue Infinity: stays connected
   */
  readonly idleTimeout?: number | undefined
  /** What stands in for globals: a `WebSocket` class, the clock, chance, signals. @defaultValue the host's */
  readonly environment?: Partial<Environment> | undefined
}

/** {@link ConnectionOptions} whose functions see messages of the connection's types. */
export interface TypedOptions<Incoming, Outgoing> extends Omit<ConnectionOptions, 'delivery'> {
  readonly delivery?: DeliveryOptions<NoInfer<Incoming>, NoInfer<Outgoing>> | undefined
}

/** {@link ConnectionOptions} and how messages are read, with every default filled in. */
export interface Settings {
  readonly protocols: ProtocolsSource
  readonly binaryType: 'blob' | 'arraybuffer'
  readonly reconnect: Complete<Omit<ReconnectOptions, 'shouldReconnect'>> & {
    readonly shouldReconnect: ReconnectOptions['shouldReconnect'] | undefined
  }
  readonly canReconnect: boolean
  readonly auth: Auth | undefined
  readonly maxRefusals: number
  readonly connectTimeout: number
  readonly closeTimeout: number
  readonly heartbeat: HeartbeatSettings | undefined
  readonly queue:
    | (Complete<Omit<QueueOptions, 'storage'>> & {
        readonly storage: OutboxStorage | undefined
      } & OutboxLimits)
    | undefined
  readonly delivery: DeliveryOptions | undefined
  readonly lazy: boolean
  readonly idleTimeout: number
}

export interface MessageOptions {
  /** How messages are written and read. @defaultValue `raw()`: as the native class has them */
  readonly codec?: Codec<unknown, never> | undefined
  /** What an incoming message must be, once the codec has read it; what does not fit is an error. @defaultValue none */
  readonly schema?: StandardSchemaV1 | undefined
}

/** @throws HoldfastError `CONFIGURATION`, naming the option, what it takes and what came. */
export function settingsOf(options: ConnectionOptions & MessageOptions): Settings {
  const { protocols = [], reconnect = {}, queue = {}, codec, schema } = options
  if (codec !== undefined) {
    checkObject('codec', codec)
    checkFunction('codec.encode', codec.encode)
    checkFunction('codec.decode', codec.decode)
  }
  // A Standard Schema may be a function (ArkType's are).
  if (schema !== undefined && typeof schema?.['~standard']?.validate !== 'function') {
    throw misconfigured('schema', 'a Standard Schema', schema)
  }
  if (options.environment !== undefined) checkObject('environment', options.environment)
  const lazy = boolean('lazy', options.lazy, false)
  if (options.idleTimeout !== undefined && !lazy) {
    throw misconfigured('idleTimeout', 'given together with lazy: true', options.idleTimeout)
  }
  const queued = queue === false ? undefined : queueSettings(queue)
  return {
    // A copy: what becomes of theirs is not meant for this.
    protocols: typeof protocols === 'function' ? protocols : checkProtocols(protocols),
    binaryType: oneOf('binaryType', options.binaryType, ['blob', 'arraybuffer']),
    reconnect: reconnectSettings(reconnect === false ? {} : reconnect),
    canReconnect: reconnect !== false,
    ...authSettings(options.auth, queued !== undefined),
    connectTimeout: duration('connectTimeout', options.connectTimeout, 10_000),
    closeTimeout: duration('closeTimeout', options.closeTimeout, 3_000),
    heartbeat: heartbeatSettings(options.heartbeat, queued?.highWaterMark ?? Infinity),
    queue: queued,
    delivery: deliverySettings(options.delivery, queue),
    lazy,
    idleTimeout: duration('idleTimeout', options.idleTimeout, Infinity),
  }
}

function reconnectSettings(options: ReconnectOptions): Settings['reconnect'] {
  checkObject('reconnect', options)
  const { backoff = fullJitter(), shouldReconnect } = options
  checkFunction('reconnect.backoff', backoff)
  if (shouldReconnect !== undefined) checkFunction('reconnect.shouldReconnect', shouldReconnect)
  return {
    backoff,
    maxAttempts: count('reconnect.maxAttempts', options.maxAttempts, Infinity),
    stableAfter: duration('reconnect.stableAfter', options.stableAfter, 5_000),
    shouldReconnect,
  }
}

function authSettings(auth: Auth | undefined, canQueue: boolean): Pick<Settings, 'auth' | 'maxRefusals'> {
  if (auth === undefined) return { auth, maxRefusals: MAX_REFUSALS }
  checkAuth(auth)
  duration('auth.refreshBefore', auth.refreshBefore, 0)
  const renewBy = oneOf('auth.renewBy', auth.renewBy, ['next-dial', 'handover'])
  if (renewBy === 'handover' && !canQueue) {
    throw misconfigured('auth.renewBy', `'next-dial' without a queue`, renewBy)
  }
  boolean('auth.allowInsecure', auth.allowInsecure, false)
  if (auth.identity !== undefined && typeof auth.identity !== 'string') {
    throw misconfigured('auth.identity', 'a string', auth.identity)
  }
  return { auth, maxRefusals: count('auth.maxRefusals', auth.maxRefusals, MAX_REFUSALS) }
}

function queueSettings(options: QueueOptions): NonNullable<Settings['queue']> {
  checkObject('queue', options)
  const { storage } = options
  if (storage !== undefined && typeof storage?.keep !== 'function') {
    throw misconfigured('queue.storage', 'an OutboxStorage', storage)
  }
  return {
    maxMessages: count('queue.maxMessages', options.maxMessages, 10_000),
    maxBytes: count('queue.maxBytes', options.maxBytes, 16 * 1024 * 1024),
    overflow: oneOf('queue.overflow', options.overflow, ['throw', 'drop-oldest', 'drop-newest']),
    ttl: duration('queue.ttl', options.ttl, Infinity),
    highWaterMark: count('queue.highWaterMark', options.highWaterMark, 256 * 1024),
    recover: oneOf('queue.recover', options.recover, ['unsent', 'none']),
    keepWritten: count('queue.keepWritten', options.keepWritten, 256 * 1024, 0),
    storage,
  }
}

function deliverySettings(
  delivery: DeliveryOptions | undefined,
  queue: ConnectionOptions['queue'],
): DeliveryOptions | undefined {
  if (delivery === undefined) return undefined
  checkObject('delivery', delivery)
  checkFunction('delivery.id', delivery.id)
  checkFunction('delivery.acknowledged', delivery.acknowledged)
  if (queue === false) throw misconfigured('delivery', 'given together with a queue', delivery)
  return {
    id: (message) => delivery.id(message),
    acknowledged: (incoming) => delivery.acknowledged(incoming),
    window: count('delivery.window', delivery.window, 1_000),
  }
}
