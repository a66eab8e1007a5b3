import type { Auth, SignIn, TokenCarrier } from './auth.ts'
import type { Codec } from './codec.ts'
import type { DeliveryOptions } from './delivery.ts'
import type { HeartbeatOptions } from './heartbeat-options.ts'
import type { ConnectionOptions, MessageOptions } from './options.ts'
import type { StandardSchemaV1 } from './schema.ts'
import type { UrlSource } from './url.ts'

type Options = ConnectionOptions & MessageOptions

/** Options whose functions are looked up at every call, so that new ones need no new connection. */
export interface LiveOptions {
  readonly url: UrlSource
  readonly options: Options
  /** From now on these functions are called. */
  update(url: UrlSource, options: Options): void
}

/** Views make new functions at every render; the connection is made once. */
export function liveOptions(firstUrl: UrlSource, first: Options): LiveOptions {
  let url = firstUrl
  let options = first
  const { auth, codec, delivery, heartbeat, schema, protocols } = first
  const reconnect = first.reconnect || {}
  const { backoff, shouldReconnect } = reconnect
  return {
    url: typeof firstUrl === 'function' ? (attempt) => ask(url, attempt) : firstUrl,
    options: {
      ...first,
      ...(typeof protocols === 'function' && {
        protocols: (attempt) => ask(options.protocols ?? [], attempt),
      }),
      ...(auth && { auth: liveAuth(auth, () => options.auth ?? auth) }),
      ...(heartbeat && { heartbeat: liveHeartbeat(heartbeat, () => options.heartbeat || heartbeat) }),
      ...(delivery && { delivery: liveDelivery(delivery, () => options.delivery ?? delivery) }),
      ...(codec && { codec: liveCodec(() => options.codec ?? codec) }),
      ...(schema && { schema: liveSchema(() => options.schema ?? schema) }),
      ...(first.reconnect !== false && {
        reconnect: {
          ...reconnect,
          ...(backoff && {
            backoff: (context) => ((options.reconnect || reconnect).backoff ?? backoff)(context),
          }),
          ...(shouldReconnect && {
            shouldReconnect: (close, attempt) =>
              ((options.reconnect || reconnect).shouldReconnect ?? shouldReconnect)(close, attempt),
          }),
        },
      }),
    },
    update(newUrl, newOptions) {
      url = newUrl
      options = newOptions
    },
  }
}

function ask<T>(source: T | ((attempt: number) => T | Promise<T>), attempt: number): T | Promise<T> {
  // As in dial.ts: a T is never a function here.
  return typeof source === 'function' ? (source as (attempt: number) => T | Promise<T>)(attempt) : source
}

function liveAuth(first: Auth, current: () => Auth): Auth {
  // It may be anything: whoever connects with it says so.
  const { handshake, signIn }: Partial<TokenCarrier> = first.via ?? {}
  return {
    ...first,
    token: (context) => current().token(context),
    via: {
      ...first.via,
      ...(handshake && {
        handshake: (target, token) => (current().via.handshake ?? handshake)(target, token),
      }),
      ...(signIn && { signIn: liveSignIn(signIn, () => current().via.signIn ?? signIn) }),
    },
  }
}

function liveSignIn(first: SignIn, current: () => SignIn): SignIn {
  const { refused } = first
  return {
    ...first,
    create: (token) => current().create(token),
    accepted: (incoming) => current().accepted(incoming),
    ...(refused && { refused: (incoming) => (current().refused ?? refused)(incoming) }),
  }
}

function liveHeartbeat(first: HeartbeatOptions, current: () => HeartbeatOptions): HeartbeatOptions {
  const { isReply } = first
  return {
    ...first,
    message: () => current().message(),
    ...(isReply && { isReply: (incoming) => (current().isReply ?? isReply)(incoming) }),
  }
}

function liveDelivery(first: DeliveryOptions, current: () => DeliveryOptions): DeliveryOptions {
  return {
    ...first,
    id: (message) => current().id(message),
    acknowledged: (incoming) => current().acknowledged(incoming),
  }
}

function liveCodec(current: () => Codec<unknown, never>): Codec<unknown, never> {
  return {
    encode: (message) => current().encode(message),
    decode: (data) => current().decode(data),
  }
}

function liveSchema(current: () => StandardSchemaV1): StandardSchemaV1 {
  return {
    '~standard': {
      version: 1,
      vendor: 'holdfast',
      validate: (value) => current()['~standard'].validate(value),
    },
  }
}

/**
 * The plain data of options as one comparable text: of functions, codecs, schemas and storages only that they
 * are there. New ones of the first three are taken over without a new connection; a storage is not plain data.
 */
export function plainData({
  codec,
  schema,
  queue,
  protocols = [],
  environment: _,
  ...options
}: Options): string {
  return canonical({
    ...options,
    // One by itself is a list of one.
    protocols: [protocols].flat(),
    codec: codec !== undefined,
    schema: schema !== undefined,
    queue: queue && { ...queue, storage: queue.storage !== undefined },
  })
}

/** Plain data as one text that is the same for what has the same content. */
export function canonical(value: unknown): string {
  if (typeof value === 'function') return 'function'
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  // In quotes: what a text has in it is no mark of ours.
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return `${typeof value}:${String(value)}`
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => `${name}=${canonical(part)}`)
  return `{${parts.join()}}`
}
