import { map, type Observable, pairwise, Subscription, startWith, switchMap, timer } from 'rxjs'
import type { CarrierName } from '../shared/sign-in.ts'
import type { RoomConnection } from './connection.ts'
import { byId, setText } from './dom.ts'
import type { FaultClient } from './fault-client.ts'
import { formatClock } from './format.ts'
import type { TokenNote } from './sign-in.ts'

const TICK = 250

const CARRIER_TEXT: Readonly<Record<CarrierName, string>> = {
  message: 'Nothing else leaves before the room has answered. Renewed over the living connection.',
  subprotocol:
    'In the handshake’s headers. Kept for the next dial: the room closes this one when it expires.',
  query:
    'In the address, which servers log. Kept for the next dial: the room closes this one when it expires.',
}

/** The token, but never its value: how it travels, when it came, how long it is good for. */
export function mountSignInPanel(
  connection: RoomConnection,
  carrier: CarrierName,
  notes$: Observable<TokenNote>,
  faults: FaultClient,
): Subscription {
  mountCarrier(carrier)
  byId('fault-revoke', HTMLButtonElement).addEventListener('click', () => faults.order('revoke'))
  const line = byId('token', HTMLElement)
  const meter = byId('token-meter', HTMLElement)
  const subscription = new Subscription()
  subscription.add(
    notes$.pipe(switchMap((note) => timer(0, TICK).pipe(map(() => note)))).subscribe((note) => {
      const left = Math.max(0, note.expiresAt - Date.now())
      const life = note.expiresAt - note.at
      setText(line, tellToken(note, left))
      meter.style.transform = `scaleX(${left / life})`
    }),
  )
  subscription.add(mountPhases(connection))
  return subscription
}

/** A new way needs a new connection: the page is loaded anew with it. */
function mountCarrier(carrier: CarrierName): void {
  const select = byId('carrier', HTMLSelectElement)
  select.value = carrier
  setText(byId('carrier-text', HTMLElement), CARRIER_TEXT[carrier])
  select.addEventListener('change', () => {
    const search = new URLSearchParams(location.search)
    search.set('via', select.value)
    location.search = search.toString()
  })
}

/** The phases of the newest attempt, as they go by: each is too short to be read. */
function mountPhases(connection: RoomConnection): Subscription {
  const phases = byId('phases', HTMLElement)
  let passed: string[] = []
  return connection.state$.pipe(startWith(undefined), pairwise()).subscribe(([before, state]) => {
    if (state === undefined) return
    const isGoing = before?.status === 'connecting'
    if (!isGoing) passed = []
    passed.push(state.status === 'connecting' ? state.phase : state.status)
    setText(phases, passed.join(' → '))
  })
}

function tellToken({ at, attempt, refused }: TokenNote, left: number): string {
  const how = attempt === 0 ? 'renewed' : refused ? 'fetched after a refusal' : 'fetched'
  const rest = left > 0 ? `expires in ${Math.ceil(left / 1_000)} s` : 'expired'
  return `Token ${how} at ${formatClock(at).slice(0, 8)}, ${rest}`
}
