import { isHoldfastError } from '@holdfast/core'
import {
  BehaviorSubject,
  distinctUntilChanged,
  filter,
  map,
  type Observable,
  of,
  Subject,
  switchMap,
} from 'rxjs'
import { type ClientMessage, isClientMessage } from '../shared/room-messages.ts'
import { Book } from './book.ts'
import type { RoomConnection } from './connection.ts'
import type { LabClient, OURS } from './lab-client.ts'
import type { Status } from './timeline.ts'

/** A message that the library gave up, and why. */
export interface GivenUp {
  readonly id: number
  /** Of a `dropped` event; `'unconfirmed'` where nothing proves whether it arrived. */
  readonly reason: string
}

/** A client of this library, whoever made its connection: the page, React or Vue. */
export class OurClient implements LabClient {
  readonly isOurs = true
  readonly key: (typeof OURS)[number]
  readonly member: string
  readonly book = new Book()
  readonly status$: Observable<Status>
  readonly #givenUp = new Subject<GivenUp>()
  readonly #connections = new BehaviorSubject<RoomConnection | undefined>(undefined)

  constructor(key: (typeof OURS)[number], member: string) {
    this.key = key
    this.member = member
    const status$ = this.#connections.pipe(
      switchMap((connection) => connection?.state$.pipe(map(({ status }) => status)) ?? of('idle' as const)),
    )
    this.status$ = status$.pipe(distinctUntilChanged())
    const events$ = this.#connections.pipe(
      filter((connection) => connection !== undefined),
      switchMap((connection) => connection.events$),
    )
    events$.subscribe((event) => {
      if (event.type === 'dropped') this.#drop(event.message, event.reason)
      else if (event.type === 'unconfirmed') {
        for (const message of event.messages) this.#drop(message, event.type)
      }
    })
  }

  /** What the library has told that it gave up. */
  get givenUp$(): Observable<GivenUp> {
    return this.#givenUp
  }

  /** What a hook or composable handed out may change; the newest counts. */
  attach(connection: RoomConnection): void {
    if (connection !== this.#connections.value) this.#connections.next(connection)
  }

  tick(): void {
    const connection = this.#connections.value
    // Who closed it knows that nothing goes out.
    if (connection === undefined || isClosedByUser(connection)) return
    const id = this.book.take()
    try {
      connection.send({ type: 'tick', id } satisfies ClientMessage)
    } catch (error) {
      if (!isHoldfastError(error)) throw error
      this.book.drop(id, error.code)
    }
  }

  #drop(message: unknown, reason: string): void {
    if (!isClientMessage(message)) return
    this.book.drop(message.id, reason)
    this.#givenUp.next({ id: message.id, reason })
  }
}

function isClosedByUser({ state }: RoomConnection): boolean {
  return state.status === 'closing' || (state.status === 'closed' && state.by === 'user')
}
