/** What a code is called, for people. The verdicts on this page come from the library, not from here. */
const NAMES: Readonly<Record<number, string>> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no code in the close frame',
  1006: 'cut, no close frame',
  1007: 'bad payload',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'extension missing',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
  3000: 'unauthorized',
  3003: 'forbidden',
  3008: 'timeout',
  4000: 'private, unknown',
  4400: 'bad request',
  4401: 'unauthorized',
  4403: 'forbidden',
  4406: 'subprotocol',
  4408: 'timeout',
  4429: 'too many requests',
}

/** The codes that the form offers. */
export const OFFERED_CODES = [1000, 1001, 1008, 1011, 1012, 1013, 3000, 4000, 4400, 4401, 4403, 4429] as const

/** '4403 (forbidden)' */
export function nameCode(code: number): string {
  const name = NAMES[code]
  return name === undefined ? String(code) : `${code} (${name})`
}

/** '4403 forbidden', for a list of choices. */
export function labelCode(code: number): string {
  return `${code} ${NAMES[code] ?? ''}`.trim()
}
