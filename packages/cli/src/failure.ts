/** What `ws` says of a bad answer to the handshake, word for word: no other message is told. */
const HANDSHAKE_ERRORS: ReadonlySet<string> = new Set([
  'Invalid Upgrade header',
  'Invalid Sec-WebSocket-Accept header',
  'Invalid Sec-WebSocket-Extensions header',
  'Server indicated an extension that was not requested',
  'Server sent a subprotocol but none was requested',
  'Server sent an invalid subprotocol',
  'Server sent no subprotocol',
])

/** Why an attempt failed, in a word or a few. A message may quote the URL: a token may be in it. */
export function failureOf({ code, message }: Error & { readonly code?: string }): string {
  const [, status] = /server response: (\d{3})/.exec(message) ?? []
  if (status !== undefined) return `HTTP ${status}`
  return code ?? (HANDSHAKE_ERRORS.has(message) ? message : 'failed')
}
