import { queryParameter, subprotocol, type TokenCarrier, tokenCarrier } from '@holdfast/core'
import type { Via } from './arguments.ts'

/** @param headers Those of the next dial: here a token can travel as browsers do not let it. */
export function carrierOf(via: Via, headers: Record<string, string>): TokenCarrier {
  switch (via) {
    case 'query':
      return queryParameter()
    case 'subprotocol':
      return subprotocol()
    case 'header':
      return tokenCarrier({
        handshake(target, token) {
          headers.Authorization = `Bearer ${token}`
          return target
        },
      })
    default:
      return via satisfies never
  }
}
