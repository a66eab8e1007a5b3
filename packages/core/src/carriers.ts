import type { SignIn, TokenCarrier, TokenCarrierOptions } from './auth.ts'
import { Authenticator } from './authenticator.ts'
import { checkFunction, checkObject, duration } from './checks.ts'
import { misconfigured } from './errors.ts'

/**
 * Carries the token in the URL's query, where servers and proxies write it to their logs: for tokens that
 * are good for one use, or some seconds.
 */
export function queryParameter(name: string = 'access_token'): TokenCarrier {
  if (typeof name !== 'string' || name === '') throw misconfigured('queryParameter(name)', 'a name', name)
  return carrier({
    handshake({ url, protocols }, token) {
      const parsed = new URL(url)
      parsed.searchParams.set(name, token)
      return { url: parsed.href, protocols }
    },
  })
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
    throw misconfigured('subprotocol(prefix)', 'an RFC 7230 token', prefix)
  }
  return carrier({
    // After the caller's own: a server that takes the first one takes a real one.
    handshake: ({ url, protocols }, token) => ({
      url,
      protocols: [...protocols, prefix + (PLAIN.test(token) ? token : base64Url(token))],
    }),
  })
}

export interface FirstMessageOptions<Incoming> extends Omit<SignIn, 'accepted' | 'refused'> {
  /** Whether a message is the server's consent; it is kept out of `messages$`. */
  readonly accepted: (incoming: Incoming) => boolean
  /** Whether a message is the server's refusal; it is kept out of `messages$`. */
  readonly refused?: ((incoming: Incoming) => boolean) | undefined
}

/**
 * Carries the token in the first message. Nothing else leaves before the server has accepted it; only then
 * is the connection open.
 *
 * @typeParam Incoming - What the connection's codec and schema make of a message.
 */
export function firstMessage<Incoming = unknown>(options: FirstMessageOptions<Incoming>): TokenCarrier {
  checkSignIn('firstMessage', options)
  return carrier({ signIn: options })
}

/**
 * Carries the token as you say: in the handshake, in a message, or in both (one that is renewed by message, say).
 *
 * @example
 * ```ts
 * // A path instead of a query.
 * const via = tokenCarrier({
 *   handshake: ({ url, protocols }, token) => ({ url: `${url}/${encodeURIComponent(token)}`, protocols }),
 * })
 * ```
 * @throws HoldfastError `CONFIGURATION`
 */
export function tokenCarrier(options: TokenCarrierOptions): TokenCarrier {
  checkObject('tokenCarrier(options)', options)
  const { handshake, signIn } = options
  if (handshake !== undefined || signIn === undefined) checkFunction('tokenCarrier.handshake', handshake)
  if (signIn !== undefined) checkSignIn('tokenCarrier.signIn', signIn)
  // Not the object's own properties: a class has its methods elsewhere.
  return carrier({ ...(handshake && { handshake: handshake.bind(options) }), ...(signIn && { signIn }) })
}

/** Brings along what signing in takes. */
function carrier(parts: TokenCarrierOptions): TokenCarrier {
  return { ...parts, authenticator: (auth, clock, host) => new Authenticator(auth, clock, host) }
}

function checkSignIn(name: string, options: SignIn): void {
  checkObject(name, options)
  const { create, accepted, refused, timeout } = options
  checkFunction(`${name}.create`, create)
  checkFunction(`${name}.accepted`, accepted)
  if (refused !== undefined) checkFunction(`${name}.refused`, refused)
  duration(`${name}.timeout`, timeout, Infinity)
}

function base64Url(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
