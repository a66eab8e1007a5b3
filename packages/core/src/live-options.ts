import type { Auth } from './auth.ts'
import type { ConnectionOptions, MessageOptions } from './options.ts'
import type { StandardSchemaV1 } from './schema.ts'
import type { UrlSource } from './url.ts'

type Options = ConnectionOptions & MessageOptions

/** Options whose functions are looked up at every call, so that new ones need no new connection. */
export interface LiveOptions {
  readonly url: UrlSource
  readonly options: Options
  /** From now on these functions of a view are called. */
  update(view: object, url: UrlSource, options: Options): void
  /** Those of a view that is gone are called no more, where there is another. */
  forget(view: object): void
}

/** Views make new functions at every render; the connection is made once. */
export function liveOptions(firstUrl: UrlSource, first: Options): LiveOptions {
  let url = firstUrl
  let options = first
  /** The newest last. */
  const views = new Map<object, readonly [UrlSource, Options]>()
  const { auth, codec, delivery, heartbeat, schema, protocols } = first
  const reconnect = first.reconnect || {}
  return {
    url: typeof firstUrl === 'function' ? (attempt) => ask(url, attempt) : firstUrl,
    options: {
      ...first,
      ...(typeof protocols === 'function' && {
        protocols: (attempt) => ask(options.protocols ?? [], attempt),
      }),
      ...(auth && { auth: liveAuth(auth, () => options.auth ?? auth) }),
      ...(heartbeat && {
        heartbeat: live(heartbeat, () => options.heartbeat || heartbeat, 'message', 'isReply'),
      }),
      ...(delivery && { delivery: live(delivery, () => options.delivery ?? delivery, 'id', 'acknowledged') }),
      ...(codec && { codec: live(codec, () => options.codec ?? codec, 'encode', 'decode') }),
      ...(schema && { schema: liveSchema(schema, () => options.schema ?? schema) }),
      ...(first.reconnect !== false && {
        reconnect: live(reconnect, () => options.reconnect || reconnect, 'backoff', 'shouldReconnect'),
      }),
    },
    update(view, newUrl, newOptions) {
      views.delete(view)
      views.set(view, [newUrl, newOptions])
      url = newUrl
      options = newOptions
    },
    forget(view) {
      const isNewest = views.get(view)?.[1] === options
      views.delete(view)
      if (isNewest) [url, options] = [...views.values()].at(-1) ?? [url, options]
    },
  }
}

function ask<T>(source: T | ((attempt: number) => T | Promise<T>), attempt: number): T | Promise<T> {
  // As in dial.ts: a T is never a function here.
  return typeof source === 'function' ? (source as (attempt: number) => T | Promise<T>)(attempt) : source
}

type Callable<Name extends PropertyKey> = Record<Name, (...args: unknown[]) => unknown>

/** Looked up at every call: the functions of these names, where the first ones have them. */
function live<T extends object>(first: T, current: () => T, ...names: readonly (keyof T)[]): T {
  const made = { ...first }
  for (const name of names) {
    const own = first[name]
    // Anything else is refused by whoever connects with it.
    if (typeof own !== 'function') continue
    const call = (...args: unknown[]): unknown => {
      const now = current()
      return ((now[name] ? now : first) as Callable<keyof T>)[name](...args)
    }
    made[name] = call as T[keyof T]
  }
  return made
}

function liveAuth(first: Auth, current: () => Auth): Auth {
  // It may be anything: whoever connects with it says so.
  const via = first.via ?? {}
  const { signIn } = via
  return {
    ...live(first, current, 'token'),
    // It tells users apart: also where it is of a class.
    identity: first.identity,
    via: {
      ...live(via, () => current().via, 'handshake'),
      ...(signIn && {
        signIn: live(signIn, () => current().via.signIn ?? signIn, 'create', 'accepted', 'refused'),
      }),
    },
  }
}

function liveSchema(first: StandardSchemaV1, current: () => StandardSchemaV1): StandardSchemaV1 {
  // As in liveAuth(), it may be anything.
  return { '~standard': live(first['~standard'] ?? {}, () => current()['~standard'], 'validate') }
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
    .map(([name, part]) => `${JSON.stringify(name)}=${canonical(part)}`)
  return `{${parts.join()}}`
}
