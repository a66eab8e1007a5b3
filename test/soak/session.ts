import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import { pick, type Random } from '../support/random.ts'
import type { Ledger } from './ledger.ts'
import type { Down, Up } from './protocol.ts'

/** How a server treats its clients at present. */
export interface Manners {
  signIn: 'well' | 'drop' | 'refuse' | 'silent'
  /** It reads on, and answers nothing. */
  isSilent: boolean
}

/** A client as its server knows it. */
export interface Account {
  readonly name: string
  readonly ledger: Ledger
  readonly carrier: 'none' | 'query' | 'subprotocol' | 'message'
  /** Its newest connection. */
  session: Session | undefined
  hasIssued(token: string): boolean
  fail(problem: string): void
}

const REFUSALS = [4401, 1008, 3000]

/** One connection at the server. */
export class Session {
  isSubscribed = false
  readonly #socket: WebSocket
  readonly #account: Account
  readonly #manners: Manners
  readonly #random: Random
  readonly #arrivals = { newest: -1, ids: new Set<number>() }
  #isSignedIn: boolean
  #acknowledged: number[] = []
  #news = 0

  constructor(
    socket: WebSocket,
    request: IncomingMessage,
    account: Account,
    manners: Manners,
    random: Random,
  ) {
    this.#socket = socket
    this.#account = account
    this.#manners = manners
    this.#random = random
    // Who signs in with the handshake waits for no answer, and sends until it is refused.
    this.#isSignedIn = account.carrier !== 'message'
    socket.on('message', (data: Buffer) => this.#receive(JSON.parse(String(data))))
    const token = tokenIn(request, account.carrier)
    if (token !== undefined) this.#signIn(token)
  }

  #receive(message: Up): void {
    if (message.kind === 'sign-in') return this.#signIn(message.token)
    if (!this.#isSignedIn) this.#account.fail(`'${message.kind}' came before the client was signed in`)
    switch (message.kind) {
      case 'message':
        if (this.#account.ledger.arrived(message.id, this.#arrivals)) this.#arrivals.newest = message.id
        this.#arrivals.ids.add(message.id)
        this.#acknowledge(message.id)
        break
      case 'request':
        this.#say({ kind: 'answer', id: message.id })
        break
      case 'ping':
        this.#say({ kind: 'pong' })
        break
      default:
        this.isSubscribed = message.kind === 'subscribe'
    }
  }

  #signIn(token: string): void {
    if (!this.#account.hasIssued(token)) this.#account.fail('signed in with a token that nobody has issued')
    const { signIn } = this.#manners
    const isByMessage = this.#account.carrier === 'message'
    if (signIn === 'silent') return
    if (signIn === 'drop') return this.#socket.terminate()
    if (signIn === 'refuse') {
      if (isByMessage && this.#random() < 0.5) this.#say({ kind: 'refused' })
      else this.#socket.close(pick(this.#random, REFUSALS), 'no')
      return
    }
    this.#isSignedIn = true
    if (isByMessage) this.#say({ kind: 'signed-in' })
  }

  /** Many at once, as they come: one answer for each would be most of the work. */
  #acknowledge(id: number): void {
    if (this.#acknowledged.length === 0) {
      setImmediate(() => {
        const ids = this.#acknowledged
        this.#acknowledged = []
        this.#say({ kind: 'acknowledged', ids })
        if (this.isSubscribed) this.#say({ kind: 'news', id: this.#news++ })
      })
    }
    this.#acknowledged.push(id)
  }

  #say(message: Down): void {
    if (!this.#manners.isSilent && this.#socket.readyState === 1) this.#socket.send(JSON.stringify(message))
  }
}

function tokenIn({ url = '', headers }: IncomingMessage, carrier: Account['carrier']): string | undefined {
  if (carrier === 'query') return new URL(url, 'ws://any').searchParams.get('access_token') ?? ''
  if (carrier !== 'subprotocol') return undefined
  return /bearer\.([^, ]+)/.exec(headers['sec-websocket-protocol'] ?? '')?.[1] ?? ''
}
