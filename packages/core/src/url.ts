import { utf8Length } from './bytes.ts'
import { HoldfastError, misconfigured } from './errors.ts'

/**
 * Where to connect to: a value, or a function that is asked before every attempt.
 *
 * @remarks `attempt` is 1 at the first dial of an outage. Relative and http(s) URLs are resolved and mapped
 * to ws(s) as the WHATWG standard says. A function that throws, rejects or returns a bad URL makes a failed
 * attempt; one that never settles is ended by `connectTimeout`.
 */
export type UrlSource = string | URL | ((attempt: number) => string | URL | Promise<string | URL>)

/** Subprotocols: values, or a function that is asked before every attempt. */
export type ProtocolsSource =
  | string
  | string[]
  | ((attempt: number) => string | string[] | Promise<string | string[]>)

/**
 * A URL as it was given, resolved where that can be done. Where a server renders there is no base: a relative
 * one is judged at the dial.
 */
export function givenUrl(url: string | URL, base: string | undefined): string {
  return base === undefined && needsBase(url) ? String(url) : resolveUrl(url, base)
}

/**
 * Parses a URL as the WebSocket constructor does.
 *
 * @throws HoldfastError `CONFIGURATION`; its message has no more of the URL than its scheme.
 * @see https://websockets.spec.whatwg.org/#dom-websocket-websocket
 */
export function resolveUrl(url: unknown, base: string | undefined): string {
  if (typeof url !== 'string' && !(url instanceof URL)) throw misconfigured('url', 'a string or a URL', url)
  let parsed: URL
  try {
    parsed = new URL(url, base)
  } catch {
    throw new HoldfastError('CONFIGURATION', 'url is not valid, or has no base.')
  }
  const scheme = parsed.protocol.replace(/^http/, 'ws')
  if (!/^wss?:/.test(scheme)) {
    throw new HoldfastError(
      'CONFIGURATION',
      `url must be ws, wss, http or https; its scheme is '${parsed.protocol}'.`,
    )
  }
  // An empty fragment ("#") counts too: `hash` hides it, `href` does not.
  if (parsed.href.includes('#')) throw new HoldfastError('CONFIGURATION', 'url must not have a fragment (#).')
  parsed.protocol = scheme
  return parsed.href
}

/** Whether a text can only be judged once there is a base, as on a server that renders. */
export function needsBase(url: unknown): boolean {
  return typeof url === 'string' && !canParse(url) && canParse(url, 'ws://base.invalid')
}

/** `URL.canParse`, which browsers have since 2023 only. */
export function canParse(url: string, base?: string): boolean {
  try {
    new URL(url, base)
    return true
  } catch {
    return false
  }
}

/** An RFC 7230 token, the grammar of a subprotocol (RFC 6455 §4.1). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** @throws HoldfastError `CONFIGURATION` for a bad or duplicate subprotocol. */
export function checkProtocols(protocols: unknown): string[] {
  const list: unknown[] = Array.isArray(protocols) ? protocols : [protocols]
  const seen = new Set<string>()
  for (const protocol of list) {
    if (typeof protocol !== 'string' || !TOKEN.test(protocol)) {
      // Not shown: a token may travel as a subprotocol.
      throw misconfigured('A subprotocol', 'an RFC 7230 token', protocol)
    }
    if (seen.has(protocol)) throw new HoldfastError('CONFIGURATION', 'A subprotocol is given twice.')
    seen.add(protocol)
  }
  return [...seen]
}

/** The longest close reason, in UTF-8 bytes: a control frame has 125, the code takes 2 (RFC 6455 §5.5). */
const MAX_REASON = 123

/**
 * Checks what an application may close with.
 *
 * @throws HoldfastError `CONFIGURATION`
 * @see https://websockets.spec.whatwg.org/#dom-websocket-close
 */
export function checkClose(code: unknown, reason: unknown): void {
  const fits =
    code === undefined ||
    code === 1000 ||
    (Number.isInteger(code) && Number(code) >= 3000 && Number(code) <= 4999)
  if (!fits) throw misconfigured('close(code)', '1000 or 3000 to 4999', code)
  if (reason === undefined) return
  if (typeof reason !== 'string') throw misconfigured('close(code, reason)', 'a string', reason)
  const bytes = utf8Length(reason)
  if (bytes > MAX_REASON)
    throw misconfigured('close(code, reason)', `at most ${MAX_REASON} UTF-8 bytes`, bytes)
}
