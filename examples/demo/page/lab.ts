import { BehaviorSubject, exhaustMap, map, type Observable, retry, shareReplay, timer } from 'rxjs'
import type { Ledger } from '../shared/ledger.ts'
import type { Score, Since } from './book.ts'
import type { LabClient, PeerKey } from './lab-client.ts'
import { PeerClient } from './peer-client.ts'

const POLL_MS = 300
const BEAT_MS = 100

/** All clients of the page, what they are asked to send, and what the room has had of each. */
export class Lab {
  readonly clients$: BehaviorSubject<readonly LabClient[]>
  /** Messages a second, of each client. */
  readonly pace$: BehaviorSubject<number>
  /** The room's own count, over plain HTTP: it comes while no socket works. The latest is replayed. */
  readonly ledger$: Observable<Ledger>
  readonly #url: string
  readonly #peers = new Map<PeerKey, PeerClient>()
  readonly #ours: readonly LabClient[]
  #ledger: Ledger = {}
  #owed = 0
  #lastBeat = performance.now()

  constructor(url: string, ours: readonly LabClient[], pace: number) {
    this.#url = url
    this.#ours = ours
    this.clients$ = new BehaviorSubject(ours)
    this.pace$ = new BehaviorSubject(pace)
    this.ledger$ = timer(0, POLL_MS).pipe(
      exhaustMap(fetchLedger),
      map((ledger) => {
        this.#ledger = ledger
        return ledger
      }),
      retry({ delay: POLL_MS }),
      shareReplay({ bufferSize: 1, refCount: true }),
    )
    setInterval(() => this.#beat(), BEAT_MS)
  }

  get clients(): readonly LabClient[] {
    return this.clients$.value
  }

  /** By the room's newest count. */
  score({ book, member }: LabClient, since?: Since): Score {
    return book.score(this.#ledger[member], since)
  }

  /** The highest number of it that has arrived. */
  highest({ member }: LabClient): number {
    return this.#ledger[member]?.highest ?? 0
  }

  /** So many messages of each client, all at once. */
  burst(count: number): void {
    for (const client of this.clients) for (let sent = 0; sent < count; sent++) client.tick()
  }

  setPeer(key: PeerKey, isOn: boolean): void {
    const peer = this.#peers.get(key)
    if (isOn === (peer !== undefined)) return
    if (peer === undefined) this.#peers.set(key, new PeerClient(key, this.#url))
    else {
      this.#peers.delete(key)
      peer.end()
    }
    this.clients$.next([...this.#ours, ...this.#peers.values()])
  }

  /** By the clock, so that a hidden page, whose timers are slow, sends as many. */
  #beat(): void {
    const now = performance.now()
    this.#owed += ((now - this.#lastBeat) / 1_000) * this.pace$.value
    this.#lastBeat = now
    const due = Math.floor(this.#owed)
    this.#owed -= due
    this.burst(due)
  }
}

async function fetchLedger(): Promise<Ledger> {
  const response = await fetch('/ledger')
  // Both ends of this address are compiled from shared/ledger.ts.
  return (await response.json()) as Ledger
}
