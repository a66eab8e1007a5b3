import type { IncomingMessage } from 'node:http'

const NAMES = new Set(['127.0.0.1', 'localhost'])

/** Whether no page of another site asks: its origin would be there, and after DNS rebinding its name as host. */
export function isFromOwnPage({ headers: { host, origin } }: IncomingMessage): boolean {
  return isOurs(`http://${host}`) && (origin === undefined || isOurs(origin))
}

function isOurs(url: string): boolean {
  return URL.canParse(url) && NAMES.has(new URL(url).hostname)
}
