import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  merge,
  mergeMap,
  type Observable,
  of,
  Subject,
  share,
  shareReplay,
  timer,
} from 'rxjs'
import type { FaultName, FaultRecord, FaultStatus } from '../shared/faults.ts'
import { isRecord } from '../shared/room-messages.ts'

const POLL = 1_000

interface Order {
  readonly name: FaultName
  readonly body: object
}

/** Orders faults over plain HTTP, so that it works while the socket does not, and watches what is active. */
export class FaultClient {
  /** What is active on the server; `null` while it does not answer. The latest is replayed. */
  readonly status$: Observable<FaultStatus | null>
  /** Every fault from now on, also those that other pages ordered, once each. */
  readonly records$: Observable<FaultRecord>
  readonly #orders = new Subject<Order>()
  readonly #refusals = new Subject<string>()
  #ordered = 0

  constructor() {
    const answers$ = this.#orders.pipe(concatMap((order) => this.#post(order)))
    this.status$ = merge(this.#poll(), answers$).pipe(shareReplay({ bufferSize: 1, refCount: true }))
    this.records$ = this.status$.pipe(
      mergeMap((status) => status?.history ?? []),
      filter(newerThan(Date.now())),
      share(),
    )
  }

  /** Orders that the server did not take, in words. */
  get refusals$(): Observable<string> {
    return this.#refusals
  }

  order(name: FaultName, body: object = {}): void {
    this.#ordered += 1
    this.#orders.next({ name, body })
  }

  #poll(): Observable<FaultStatus | null> {
    return timer(0, POLL).pipe(
      exhaustMap(() => {
        const ordered = this.#ordered
        return defer(() => request('/faults/status')).pipe(
          catchError(() => of(null)),
          // Asked before an order and answered after it: this one knows nothing of the order.
          filter(() => ordered === this.#ordered),
        )
      }),
    )
  }

  #post({ name, body }: Order): Observable<FaultStatus> {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return defer(() => request(`/faults/${name}`, init)).pipe(
      catchError((error: unknown) => {
        this.#refusals.next(error instanceof Refusal ? error.message : 'The demo’s server does not answer.')
        return EMPTY
      }),
    )
  }
}

class Refusal extends Error {}

async function request(path: string, init?: RequestInit): Promise<FaultStatus> {
  const response = await fetch(path, init)
  const body: unknown = await response.json()
  if (!response.ok) throw new Refusal(isRecord(body) ? String(body.error) : response.statusText)
  // Both ends of this address are compiled from shared/faults.ts.
  return body as FaultStatus
}

/** Lets each record through once; a server that was started anew counts from 1 again, so the time goes first. */
function newerThan(time: number): (record: FaultRecord) => boolean {
  let last = { at: time, seq: 0 }
  return (record) => {
    const isNew = record.at > last.at || (record.at === last.at && record.seq > last.seq)
    if (isNew) last = record
    return isNew
  }
}
