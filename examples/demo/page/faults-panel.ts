import { map, merge, type Observable, of, Subscription, switchMap, timer } from 'rxjs'
import { type FaultStatus, isSendableCode, SENDABLE_CODES } from '../shared/faults.ts'
import { labelCode, OFFERED_CODES } from './close-codes.ts'
import { byId, setText } from './dom.ts'
import type { FaultClient } from './fault-client.ts'
import { formatPlural } from './format.ts'
import type { Sender } from './sender.ts'

const TICK = 100
const HOLE_TEXT = 'Swallows all, and tells nobody.'

/**
 * The fault buttons: they order, and show what is active on the server, whoever ordered it.
 *
 * @param flood - How many messages one is.
 */
export function mountFaultsPanel(faults: FaultClient, sender: Sender, flood: number): Subscription {
  const result = byId('fault-result', HTMLElement)
  for (const name of ['cut', 'restart', 'refuse'] as const) {
    byId(`fault-${name}`, HTMLButtonElement).addEventListener('click', () => faults.order(name))
  }
  const subscription = new Subscription()
  subscription.add(mountToggle('stop-reading', faults))
  subscription.add(mountToggle('black-hole', faults))
  subscription.add(mountToggle('throttle', faults))
  subscription.add(mountToggle('refuse-tokens', faults))
  subscription.add(mountToggle('fail-handshakes', faults))
  subscription.add(faults.status$.pipe(switchMap(ticking)).subscribe(showActive()))
  mountCloseForm(faults, result)
  mountFloodForm(sender, result, flood)
  const told$ = merge(faults.records$.pipe(map(({ text }) => text)), faults.refusals$)
  subscription.add(told$.subscribe((text) => setText(result, text)))
  return subscription
}

type Toggle = 'stop-reading' | 'black-hole' | 'throttle' | 'refuse-tokens' | 'fail-handshakes'

const IS_ON: Readonly<Record<Toggle, (status: FaultStatus) => boolean>> = {
  'stop-reading': ({ isReading }) => !isReading,
  'black-hole': ({ blackHole }) => blackHole !== null,
  throttle: ({ isSlow }) => isSlow,
  'refuse-tokens': ({ isRefusingTokens }) => isRefusingTokens,
  'fail-handshakes': ({ handshakeStatus }) => handshakeStatus !== null,
}

function mountToggle(name: Toggle, faults: FaultClient): Subscription {
  const button = byId(`fault-${name}`, HTMLButtonElement)
  button.addEventListener('click', () => {
    faults.order(name, { on: button.getAttribute('aria-pressed') !== 'true' })
  })
  return faults.status$.subscribe((status) => {
    const isOn = status !== null && IS_ON[name](status)
    button.setAttribute('aria-pressed', String(isOn))
    setText(byId(`${name}-pill`, HTMLElement), isOn ? 'on' : 'off')
  })
}

/** A status again at every tick while something in it runs out by itself. */
function ticking(status: FaultStatus | null): Observable<FaultStatus | null> {
  return status?.refusedUntil ? timer(0, TICK).pipe(map(() => status)) : of(status)
}

function showActive(): (status: FaultStatus | null) => void {
  const refuse = byId('fault-refuse', HTMLButtonElement)
  const left = byId('refuse-left', HTMLElement)
  const stopReading = byId('stop-reading-text', HTMLElement)
  const blackHole = byId('black-hole-text', HTMLElement)
  return (status) => {
    const leftMs = Math.max(0, (status?.refusedUntil ?? 0) - Date.now())
    refuse.toggleAttribute('data-active', leftMs > 0)
    setText(left, leftMs > 0 ? `${(leftMs / 1_000).toFixed(1)} s` : '1006')
    setText(stopReading, status?.isReading === false ? 'Resume reading.' : 'Flood it: bufferedAmount grows.')
    const hole = status?.blackHole
    setText(blackHole, hole ? `Close it: ${formatPlural(hole.connections, 'connection')} inside.` : HOLE_TEXT)
  }
}

function mountCloseForm(faults: FaultClient, result: HTMLElement): void {
  const preset = byId('close-preset', HTMLSelectElement)
  const code = byId('close-code', HTMLInputElement)
  preset.append(...OFFERED_CODES.map((offered) => new Option(labelCode(offered), String(offered))))
  preset.append(new Option('another code …', ''))
  preset.value = '4403'
  code.value = preset.value
  preset.addEventListener('change', () => {
    if (preset.value === '') code.select()
    else code.value = preset.value
  })
  code.addEventListener('input', () => {
    const isOffered = OFFERED_CODES.some((offered) => String(offered) === code.value)
    preset.value = isOffered ? code.value : ''
  })
  byId('close-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    const chosen = code.valueAsNumber
    if (isSendableCode(chosen)) faults.order('close', { code: chosen, reason: 'Chosen on the page' })
    else setText(result, SENDABLE_CODES)
  })
}

function mountFloodForm(sender: Sender, result: HTMLElement, flood: number): void {
  setText(byId('flood-title', HTMLElement), `${formatPlural(flood, 'message')} at once`)
  const size = byId('flood-size', HTMLSelectElement)
  byId('flood-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    const problem = sender.flood(flood, Number(size.value))
    setText(result, problem ?? `${formatPlural(flood, 'message')} handed to send().`)
  })
}
