import {
  type Auth,
  type Connection,
  connect,
  type Environment,
  json,
  type OutboxStorage,
  type TypedOptions,
} from '@holdfast/core'
import { CONNECT_TIMEOUT } from './clock.ts'
import { authOf, type Profile } from './profile.ts'
import { binaryUp, type Down, schema, type Up } from './protocol.ts'

interface Parts {
  readonly environment: Partial<Environment>
  readonly token: Auth['token']
  readonly storage: OutboxStorage | undefined
  readonly onAcknowledged: (ids: readonly number[]) => void
}

/** A connection with all that its profile says. */
export function connectAs(profile: Profile, url: string, parts: Parts): Connection<Down, Up> {
  const options = optionsOf(profile, parts)
  if (profile.codec === 'schema') return connect(url, { ...options, schema })
  return connect(url, { ...options, codec: profile.codec === 'json' ? json<Down, Up>() : binaryUp })
}

function optionsOf(profile: Profile, parts: Parts): TypedOptions<Down, Up> {
  const { maxMessages, overflow, highWaterMark } = profile
  const { environment, token, storage, onAcknowledged } = parts
  const auth = authOf(profile, token)
  return {
    environment,
    protocols: 'soak.v1',
    connectTimeout: CONNECT_TIMEOUT,
    binaryType: 'arraybuffer',
    queue: {
      maxMessages,
      overflow,
      highWaterMark,
      keepWritten: Infinity,
      ...(storage ? { storage } : {}),
    },
    ...(auth ? { auth } : {}),
    ...(profile.isLazy ? { lazy: true, idleTimeout: 3_000 } : {}),
    ...(profile.hasHeartbeat
      ? { heartbeat: { message: () => ({ kind: 'ping' }), isReply: isPong, interval: 10_000 } }
      : {}),
    ...(profile.hasDelivery
      ? {
          delivery: {
            id: (message) => (message.kind === 'message' ? message.id : undefined),
            acknowledged(message) {
              if (message?.kind !== 'acknowledged') return undefined
              onAcknowledged(message.ids)
              return message.ids
            },
          },
        }
      : {}),
  }
}

function isPong(incoming: unknown): boolean {
  return (incoming as Down | undefined)?.kind === 'pong'
}
