import { type Auth, firstMessage, queryParameter, subprotocol } from '@holdfast/core'
import { pick, type Random } from '../support/random.ts'
import { type Down, isDown } from './protocol.ts'
import type { Account } from './session.ts'

/** What one client uses: over all clients of a run, everything. */
export interface Profile {
  readonly native: 'ws' | 'undici'
  readonly api: 'connect' | 'ReconnectingWebSocket'
  readonly carrier: Account['carrier']
  readonly renewBy: NonNullable<Auth['renewBy']>
  readonly codec: 'json' | 'schema' | 'binary'
  readonly hasDelivery: boolean
  readonly hasHeartbeat: boolean
  readonly isLazy: boolean
  readonly isStored: boolean
  readonly overflow: 'throw' | 'drop-oldest' | 'drop-newest'
  readonly maxMessages: number
  readonly highWaterMark: number
}

/** By its number a client has its class and its API, so that every run has all of them; the rest is drawn. */
export function profileOf(index: number, random: Random): Profile {
  const api = index % 5 === 4 ? 'ReconnectingWebSocket' : 'connect'
  const maxMessages = pick(random, [20, 10_000])
  return {
    native: index % 2 === 0 ? 'ws' : 'undici',
    api,
    carrier: pick(random, ['none', 'query', 'subprotocol', 'message']),
    renewBy: pick(random, ['next-dial', 'handover']),
    codec: pick(random, ['json', 'schema', 'binary']),
    // It tells of no message: only acknowledgements let nothing be lost.
    hasDelivery: api === 'ReconnectingWebSocket' || random() < 0.5,
    hasHeartbeat: random() < 0.5,
    isLazy: random() < 0.25,
    isStored: api === 'connect' && random() < 0.3,
    overflow: api === 'connect' ? pick(random, ['throw', 'drop-oldest', 'drop-newest']) : 'throw',
    maxMessages: api === 'connect' ? maxMessages : 10_000,
    highWaterMark: pick(random, [4_096, 262_144]),
  }
}

export function authOf(
  { carrier, renewBy }: Pick<Profile, 'carrier' | 'renewBy'>,
  token: Auth['token'],
  encode: (message: unknown) => unknown = (message) => message,
  decode: (incoming: unknown) => unknown = (incoming) => incoming,
): Auth | undefined {
  const says = (kind: Down['kind']) => (incoming: unknown) => {
    const message = decode(incoming)
    return isDown(message) && message.kind === kind
  }
  switch (carrier) {
    case 'none':
      return undefined
    case 'query':
      return { token, via: queryParameter(), renewBy }
    case 'subprotocol':
      return { token, via: subprotocol(), renewBy }
    case 'message': {
      const create = (value: string) => encode({ kind: 'sign-in', token: value })
      const via = firstMessage({ create, accepted: says('signed-in'), refused: says('refused') })
      return { token, via }
    }
    default:
      return carrier satisfies never
  }
}
