import { BehaviorSubject } from 'rxjs'
import type { ClientMessage } from '../shared/room-messages.ts'
import { type SignInMessage, TOKEN_PARAMETER } from '../shared/sign-in.ts'
import { Book } from './book.ts'
import type { LabClient, PeerKey } from './lab-client.ts'
import { openPeer, type PeerSocket } from './peer-sockets.ts'
import { fetchToken } from './sign-in.ts'
import type { Status } from './timeline.ts'

/** Well before the token's minute is over. */
const RENEW_MS = 30_000

/**
 * Another client on the same faults. It signs in with a token in its address, a fresh one at each dial, since
 * what it queues goes out ahead of any first message; and it is renewed as ours is.
 */
export class PeerClient implements LabClient {
  readonly isOurs = false
  readonly key: PeerKey
  readonly member = crypto.randomUUID()
  readonly book = new Book()
  readonly status$ = new BehaviorSubject<Status>('idle')
  readonly #socket: PeerSocket
  readonly #abort = new AbortController()
  readonly #renewal: number

  constructor(key: PeerKey, url: string) {
    this.key = key
    this.#socket = openPeer(key, {
      address: () => this.#address(url),
      opened: () => this.status$.next('open'),
      closed: () => this.status$.next('waiting'),
    })
    this.#renewal = window.setInterval(() => this.#renew(), RENEW_MS)
  }

  tick(): void {
    const id = this.book.take()
    try {
      this.#socket.send(JSON.stringify({ type: 'tick', id } satisfies ClientMessage))
    } catch {
      // The native one before its `open`. At least it says so.
      this.book.drop(id, 'threw')
    }
  }

  end(): void {
    clearInterval(this.#renewal)
    this.#abort.abort()
    this.#socket.close()
    this.status$.complete()
  }

  async #address(url: string): Promise<string> {
    this.status$.next('connecting')
    const { value } = await fetchToken(this.member, this.#abort.signal)
    const address = new URL(url)
    address.searchParams.set(TOKEN_PARAMETER, value)
    return address.href
  }

  async #renew(): Promise<void> {
    if (this.status$.value !== 'open') return
    // Without a fresh one the room closes in half a minute, and the next dial fetches it.
    const token = await fetchToken(this.member, this.#abort.signal).catch(() => undefined)
    if (token === undefined || this.status$.value !== 'open') return
    this.#socket.send(JSON.stringify({ type: 'sign-in', token: token.value } satisfies SignInMessage))
  }
}
