import type { ConnectingState, ConnectionState } from '@holdfast/core'
import { distinctUntilChanged, filter, interval, map, Subscription, startWith, switchMap } from 'rxjs'
import type { RoomConnection } from './connection.ts'
import { byId, setText } from './dom.ts'
import { formatUptime } from './format.ts'
import { tellLoss, tellState } from './state-text.ts'

const TICK = 100

/** The state in words, on a dial and on a track, and the buttons of this side. */
export function mountStatePanel(connection: RoomConnection): Subscription {
  const panel = byId('state', HTMLElement)
  const word = byId('state-word', HTMLElement)
  const text = byId('state-text', HTMLElement)
  const verdict = byId('verdict', HTMLElement)
  const announcer = byId('announcer', HTMLElement)
  const steps = [...byId('track', HTMLElement).querySelectorAll<HTMLElement>('[data-step]')]

  const subscription = new Subscription()
  subscription.add(
    connection.state$.subscribe((state) => {
      panel.dataset.status = state.status
      setText(word, state.status)
      setText(text, tellState(state))
      setText(announcer, announce(state))
      for (const step of steps) {
        step.setAttribute('aria-current', step.dataset.step === state.status ? 'step' : 'false')
      }
    }),
  )
  subscription.add(
    connection.state$
      .pipe(
        switchMap((state) =>
          interval(TICK).pipe(
            startWith(0),
            map(() => state),
          ),
        ),
      )
      .subscribe(showDial()),
  )
  const losses$ = connection.events$.pipe(filter((event) => event.type === 'lost'))
  subscription.add(
    losses$.pipe(map(tellLoss), distinctUntilChanged()).subscribe((told) => setText(verdict, told)),
  )
  subscription.add(mountControls(connection))
  subscription.add(mountRibbon(panel))
  return subscription
}

/** A narrow line with the state, while its panel is scrolled away. */
function mountRibbon(panel: HTMLElement): () => void {
  const ribbon = byId('ribbon', HTMLElement)
  const observer = new IntersectionObserver(([entry]) => {
    ribbon.toggleAttribute('data-shown', entry?.isIntersecting === false)
  })
  observer.observe(panel)
  return () => observer.disconnect()
}

/** For screen readers: once for each state, not at each tick. */
function announce(state: ConnectionState): string {
  if (state.status !== 'waiting') return `Connection: ${state.status}. ${tellState(state)}`
  const seconds = Math.round(state.delay / 1_000)
  return `Connection: waiting after close code ${state.cause.code}. Next attempt in about ${seconds} seconds.`
}

function showDial(): (state: ConnectionState) => void {
  const ribbon = byId('ribbon', HTMLElement)
  const value = byId('dial-value', SVGCircleElement)
  const text = byId('dial', HTMLElement)
  const unit = byId('dial-unit', HTMLElement)
  return (state) => {
    const reading = readDial(state, Date.now())
    setText(text, reading.text)
    setText(unit, reading.unit)
    setText(ribbon, [state.status, reading.text, reading.unit === state.status ? '' : reading.unit].join(' '))
    ribbon.dataset.status = state.status
    value.style.strokeDashoffset = String(100 * (1 - reading.part))
  }
}

interface DialReading {
  readonly text: string
  readonly unit: string
  /** How much of the ring is drawn, 0 to 1. */
  readonly part: number
}

const PHASE_PART: Readonly<Record<ConnectingState['phase'], number>> = {
  url: 0.1,
  token: 0.2,
  handshake: 0.4,
  'sign-in': 0.7,
}

function readDial(state: ConnectionState, now: number): DialReading {
  switch (state.status) {
    case 'idle':
      return { text: '–', unit: 'not started', part: 0 }
    case 'connecting':
      return { text: `#${state.attempt}`, unit: state.phase, part: PHASE_PART[state.phase] }
    case 'open':
      return { text: formatUptime(now - state.since), unit: 'open', part: 1 }
    case 'waiting': {
      const left = Math.max(0, state.retryAt - now)
      const part = state.delay > 0 ? Math.min(1, left / state.delay) : 0
      return { text: (left / 1_000).toFixed(1), unit: `s to #${state.attempt + 1}`, part }
    }
    case 'suspended':
      return { text: '‖', unit: state.by, part: 0 }
    case 'closing':
      return { text: '…', unit: 'goodbye', part: 0.25 }
    case 'closed':
      // A refusal may come as a message: then the code is only that of a connection given up here.
      return state.by === 'auth'
        ? { text: '✕', unit: 'refused', part: 1 }
        : { text: String(state.code), unit: 'closed', part: 1 }
    default:
      return state satisfies never
  }
}

function mountControls(connection: RoomConnection): Subscription {
  const open = byId('open', HTMLButtonElement)
  const reconnect = byId('reconnect', HTMLButtonElement)
  const close = byId('close', HTMLButtonElement)
  onPress(open, () => connection.open())
  onPress(reconnect, () => connection.reconnect())
  onPress(close, () => connection.close(1000, 'Closed by the user'))
  return connection.state$.subscribe((state) => {
    const { status } = state
    setText(open, labelOpen(state))
    const isUnderWay = status === 'connecting' || status === 'open' || status === 'closing'
    const hasUserClosed = status === 'closed' && state.by === 'user'
    allow(open, !isUnderWay)
    allow(reconnect, status !== 'closing' && !hasUserClosed)
    allow(close, status !== 'closing' && !hasUserClosed)
  })
}

function labelOpen(state: ConnectionState): string {
  if (state.status === 'closed') return state.by === 'auth' ? 'Sign in again' : 'Open again'
  return state.status === 'waiting' || state.status === 'suspended' ? 'Try now' : 'Open'
}

/** Not `disabled`: that would take the focus away from who has just pressed it. */
function allow(button: HTMLButtonElement, isAllowed: boolean): void {
  button.setAttribute('aria-disabled', String(!isAllowed))
}

function onPress(button: HTMLButtonElement, action: () => unknown): void {
  button.addEventListener('click', () => {
    if (button.getAttribute('aria-disabled') !== 'true') action()
  })
}
