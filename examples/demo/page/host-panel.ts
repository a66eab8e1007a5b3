import { map, Subscription, startWith, switchMap, takeWhile, timer } from 'rxjs'
import { byId, setText } from './dom.ts'
import type { Host } from './host.ts'

const TICK = 100

/** The buttons that pretend: offline, and sleep. */
export function mountHostPanel(host: Host): Subscription {
  const offline = byId('host-offline', HTMLButtonElement)
  const sleep = byId('host-sleep', HTMLButtonElement)
  offline.addEventListener('click', () => host.pretendOffline(!host.pretendsOffline))
  sleep.addEventListener('click', () => host.sleep())
  const subscription = new Subscription()
  subscription.add(
    host.marks$.pipe(startWith(undefined)).subscribe(() => {
      offline.setAttribute('aria-pressed', String(host.pretendsOffline))
      setText(byId('offline-pill', HTMLElement), host.pretendsOffline ? 'on' : 'off')
    }),
  )
  const left$ = host.marks$.pipe(
    switchMap(() => timer(0, TICK).pipe(takeWhile(() => host.wakesAt > 0, true))),
    map(() => Math.max(0, host.wakesAt - Date.now())),
  )
  subscription.add(
    left$.subscribe((left) => {
      sleep.toggleAttribute('data-active', left > 0)
      setText(byId('sleep-left', HTMLElement), left > 0 ? `${(left / 1_000).toFixed(1)} s` : '8 s')
    }),
  )
  const result = byId('fault-result', HTMLElement)
  subscription.add(host.marks$.subscribe(({ text }) => setText(result, text)))
  return subscription
}
