import type { AuthenticatorHost, SigningIn } from './authenticator.ts'
import { checkFunction, checkObject } from './checks.ts'
import type { Target } from './dial.ts'
import type { Clock } from './environment.ts'
import { misconfigured } from './errors.ts'

/** A token and how long it is good for. */
export interface Token {
  readonly value: string
  /**
   * Epoch ms. Until shortly before, the token is used again for further attempts. One in the past is told on
   * `errors$` as `TOKEN`, and used once: the clock of the host may be wrong.
   */
  readonly expiresAt?: number | undefined
}

export interface TokenContext {
  /** The dial it is for, 1 at the first of an outage; 0 for the renewal of a living connection. */
  readonly attempt: number
  /** The server has refused the token before this one: a cached one will not do. */
  readonly refused: boolean
  /** Aborted by `close()`, `reconnect()` and `connectTimeout`. */
  readonly signal: AbortSignal
}

export interface TokenCarrierOptions {
  /** Puts the token into the URL or the subprotocols of a dial. */
  readonly handshake?: ((target: Target, token: string) => Target) | undefined
  /** Sends the token as a message, before anything else. */
  readonly signIn?: SignIn | undefined
}

/**
 * How a token travels: {@link queryParameter}, {@link subprotocol}, {@link firstMessage}, or one of your own by
 * {@link tokenCarrier}. It brings along all that signing in takes: whoever uses none has none of that code.
 */
export interface TokenCarrier extends TokenCarrierOptions {
  /** @internal Called by the connection. */
  readonly authenticator: (auth: Auth, clock: Clock, host: AuthenticatorHost) => SigningIn
}

export interface SignIn {
  /** The message that carries the token, before the codec. */
  readonly create: (token: string) => unknown
  /** Whether a message is the server's consent; it is kept out of `messages$`. */
  readonly accepted: (incoming: never) => boolean
  /** Whether a message is the server's refusal; it is kept out of `messages$`. */
  readonly refused?: ((incoming: never) => boolean) | undefined
  /** How long the answer may take, in ms. @defaultValue Infinity: `connectTimeout` alone */
  readonly timeout?: number | undefined
  /** Send a renewed token over the living connection. @defaultValue true */
  readonly renew?: boolean | undefined
}

/** Signing in: where a token comes from, how it travels, when it is renewed. */
export interface Auth {
  /**
   * Fetches a token. Called at every attempt unless the last one is still valid, one call at a time. To
   * reject, or to hang, makes a failed attempt, which is retried.
   */
  readonly token: (context: TokenContext) => string | Token | Promise<string | Token>
  /** How it travels to the server. */
  readonly via: TokenCarrier
  /** How long before `expiresAt` a token is renewed, in ms; at the most half its life. @defaultValue 30_000 */
  readonly refreshBefore?: number | undefined
  /**
   * What a renewed token means to the living connection where its carrier cannot bring it: it is kept for the
   * next dial, or the connection is handed over to a new one that signs in with it.
   * @defaultValue 'next-dial'
   */
  readonly renewBy?: 'next-dial' | 'handover' | undefined
  /** Tokens refused in a row, the first included, that end the connection. @defaultValue 2 */
  readonly maxRefusals?: number | undefined
  /** Lets a token travel over `ws:` to a host that is not loopback. @defaultValue false */
  readonly allowInsecure?: boolean | undefined
  /** Who signs in: part of the key of a shared connection, so that users never share one. */
  readonly identity?: string | undefined
}

/** @throws HoldfastError `CONFIGURATION` */
export function checkAuth(auth: Auth): void {
  checkObject('auth', auth)
  const { token, via } = auth
  checkFunction('auth.token', token)
  if (typeof via?.authenticator !== 'function') {
    throw misconfigured('auth.via', 'a carrier, as queryParameter() or tokenCarrier() makes', via)
  }
}

/** Hosts that a token may travel to in the clear: it does not leave the machine. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
