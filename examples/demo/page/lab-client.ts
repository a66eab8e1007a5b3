import type { Observable } from 'rxjs'
import type { Book } from './book.ts'
import type { Status } from './timeline.ts'

export const OURS = ['plain', 'react', 'vue'] as const
export const PEERS = ['native', 'partysocket', 'reconnecting-websocket'] as const
export type PeerKey = (typeof PEERS)[number]
export type ClientKey = (typeof OURS)[number] | PeerKey

export const CLIENT_NAMES: Readonly<Record<ClientKey, string>> = {
  plain: 'Plain',
  react: 'React',
  vue: 'Vue',
  native: 'native WebSocket',
  partysocket: 'partysocket',
  'reconnecting-websocket': 'reconnecting-websocket',
}

/** One client on the faults, ours or another: all are asked to send the same, at the same times. */
export interface LabClient {
  readonly key: ClientKey
  readonly isOurs: boolean
  /** Who it is in the room, and in its ledger. */
  readonly member: string
  readonly book: Book
  /** The current one first. */
  readonly status$: Observable<Status>
  /** Sends the next numbered message. */
  tick(): void
}
