import type { SignIn, TokenCarrier } from './auth.ts'
import { checkFunction, duration } from './checks.ts'
import { misconfigured } from './errors.ts'

/**
 * Carries the token in the URL's query, where servers and proxies write it to their logs: for tokens that
 * are good for one use, or some seconds.
 */
export function queryParameter(name: string = 'access_token'): TokenCarrier {
  if (typeof name !== 'string' || name === '') throw misconfigured('queryParameter(name)', 'a name', name)
  return {
    handshake({ url, protocols }, token) {
      const parsed = new URL(url)
      parsed.searchParams.set(name, token)
      return { url: parsed.href, protocols }
    },
  }
}

/** What fits a subprotocol as it is: a token of RFC 7230. */
const PLAIN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/**
 * Carries the token as one more subprotocol, `prefix` and the token; in base64url without padding where it
 * has characters that a subprotocol cannot have.
 *
 * @remarks The server must choose one of the offered subprotocols, and should choose a real one: give it in
 * `protocols`.
 */
export function subprotocol(prefix: string = 'bearer.'): TokenCarrier {
  if (typeof prefix !== 'string' || (prefix !== '' && !PLAIN.test(prefix))) {
    throw misconfigured('subprotocol(prefix)', 'a token as RFC 7230 defines it', prefix)
  }
  return {
    // After the caller's own: a server that takes the first one takes a real one.
    handshake: ({ url, protocols }, token) => ({
      url,
      protocols: [...protocols, prefix + (PLAIN.test(token) ? token : base64Url(token))],
    }),
  }
}

export interface FirstMessageOptions<Incoming> extends Omit<SignIn, 'accepted' | 'refused'> {
  /** Whether a message is the server's consent; it is kept out of `messages$`. */
  readonly accepted: (incoming: Incoming) => boolean
  /** Whether a message is the server's refusal; it is kept out of `messages$`. */
  readonly refused?: (incoming: Incoming) => boolean
}

/**
 * Carries the token in the first message. Nothing else leaves before the server has accepted it; only then
 * is the connection open.
 *
 * @typeParam Incoming - What the connection's codec and schema make of a message.
 */
export function firstMessage<Incoming = unknown>(options: FirstMessageOptions<Incoming>): TokenCarrier {
  const { create, accepted, refused, timeout } = options
  checkFunction('firstMessage.create', create)
  checkFunction('firstMessage.accepted', accepted)
  if (refused !== undefined) checkFunction('firstMessage.refused', refused)
  duration('firstMessage.timeout', timeout, Infinity)
  return { signIn: options }
}

function base64Url(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
