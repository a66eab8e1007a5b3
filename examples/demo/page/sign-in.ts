import { type Auth, firstMessage, queryParameter, subprotocol, type TokenCarrier } from '@holdfast/core'
import { type Observable, Subject } from 'rxjs'
import { isRecord, type ServerMessage } from '../shared/room-messages.ts'
import {
  CARRIERS,
  type CarrierName,
  type IssuedToken,
  type SignInAnswer,
  TOKEN_PARAMETER,
  TOKEN_PREFIX,
} from '../shared/sign-in.ts'

/** ms before a token expires at which another one is fetched. */
const REFRESH_BEFORE = 20_000

/** That a token was fetched: all that the page may know of it. */
export interface TokenNote {
  /** Epoch ms. */
  readonly at: number
  readonly expiresAt: number
  /** 0 for the renewal of a living connection. */
  readonly attempt: number
  readonly refused: boolean
}

/** Which way the token takes, as the page's address says. */
export function chosenCarrier({ search }: Location): CarrierName {
  const via = new URLSearchParams(search).get('via')
  return CARRIERS.find((name) => name === via) ?? 'message'
}

/** Signs somebody in with short-lived tokens of the demo's server. */
export class SignIn {
  readonly auth: Auth
  readonly #notes = new Subject<TokenNote>()

  constructor(member: string, carrier: CarrierName) {
    this.auth = {
      token: async ({ attempt, refused, signal }) => {
        const token = await fetchToken(member, signal)
        this.#notes.next({ at: Date.now(), expiresAt: token.expiresAt, attempt, refused })
        return token
      },
      via: carrierOf(carrier),
      refreshBefore: REFRESH_BEFORE,
      // The three connections of the page have the same address, and are three people.
      identity: member,
    }
  }

  /** Every token that was fetched. */
  get notes$(): Observable<TokenNote> {
    return this.#notes
  }
}

function carrierOf(name: CarrierName): TokenCarrier {
  switch (name) {
    case 'message':
      return firstMessage<ServerMessage | SignInAnswer>({
        create: (token) => ({ type: 'sign-in', token }),
        accepted: ({ type }) => type === 'signed-in',
        refused: ({ type }) => type === 'refused',
      })
    case 'subprotocol':
      return subprotocol(TOKEN_PREFIX)
    case 'query':
      return queryParameter(TOKEN_PARAMETER)
    default:
      return name satisfies never
  }
}

/** From the demo’s own server. */
export async function fetchToken(member: string, signal: AbortSignal): Promise<IssuedToken> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch('/token', {
    method: 'POST',
    headers,
    signal,
    body: JSON.stringify({ member }),
  })
  const token: unknown = await response.json()
  if (response.ok && isIssuedToken(token)) return token
  throw new Error(`POST /token was answered with ${response.status}.`)
}

function isIssuedToken(value: unknown): value is IssuedToken {
  return isRecord(value) && typeof value.value === 'string' && typeof value.expiresAt === 'number'
}
