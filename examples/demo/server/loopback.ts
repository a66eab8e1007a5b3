import type { IncomingMessage } from 'node:http'

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Whether a request comes from this machine, and not by way of a strange page.
 *
 * @remarks The listener is bound to 127.0.0.1 already. The `Host` check stops DNS rebinding, and the
 * `Origin` check stops pages of other sites that the user has open.
 */
export function isFromOwnPage(request: IncomingMessage): boolean {
  const { host, origin } = request.headers
  if (!isLoopbackAddress(request.socket.remoteAddress)) return false
  if (host === undefined || !hasLoopbackName(`http://${host}`)) return false
  return origin === undefined || hasLoopbackName(origin)
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1'
}

function hasLoopbackName(url: string): boolean {
  return URL.canParse(url) && LOOPBACK_NAMES.has(new URL(url).hostname)
}
