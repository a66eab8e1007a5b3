import type { Connection, ConnectionState } from '@holdfast/core'
import { map, type Observable, of, type Subscription, switchMap, timer } from 'rxjs'
import { tellCountdown, tellState } from '../shared/reconnect-text.ts'
import { fill, make } from './dom.ts'

/**
 * Shows what becomes of a connection: its state, which is read aloud when it changes, the seconds until the
 * next attempt, and a button that makes it at once. `onTry`: to move the focus, as the button goes away.
 */
export function mountReconnectBanner<Incoming, Outgoing>(
  place: HTMLElement,
  connection: Connection<Incoming, Outgoing>,
  onTry: () => void,
): Subscription {
  const text = make('span', { role: 'status' })
  const countdown = make('span', { class: 'countdown' })
  const button = make('button', { type: 'button', class: 'button' })
  button.addEventListener('click', () => {
    connection.open()
    onTry()
  })
  place.append(text, countdown, button)

  const ticks = (state: ConnectionState): Observable<number> =>
    state.status === 'waiting' ? timer(0, 250) : of(0)
  const shown$ = connection.state$.pipe(switchMap((state) => ticks(state).pipe(map(() => state))))
  return shown$.subscribe((state) => {
    const told = tellState(state)
    place.className = `banner ${state.status}`
    fill(text, told.text)
    fill(countdown, tellCountdown(state, Date.now()))
    fill(button, told.action ?? '')
    button.hidden = told.action === undefined
  })
}
