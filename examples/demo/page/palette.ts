import { fromEvent, map, type Observable, startWith } from 'rxjs'
import type { Status } from './timeline.ts'

/** The colours of the stylesheet, for the canvas. */
export interface Palette {
  readonly text: string
  readonly muted: string
  readonly grid: string
  readonly surface: string
  readonly out: string
  readonly in: string
  readonly queued: string
  readonly native: string
  readonly fault: string
  readonly status: Readonly<Record<Status, string>>
}

/** The palette now, and again whenever the system turns light or dark. */
export function palette$(): Observable<Palette> {
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  return fromEvent(scheme, 'change').pipe(startWith(undefined), map(readPalette))
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    text: color('text'),
    muted: color('muted'),
    grid: color('grid'),
    surface: color('surface'),
    out: color('out'),
    in: color('in'),
    queued: color('queued'),
    native: color('native'),
    fault: color('fault'),
    status: {
      idle: color('idle'),
      connecting: color('connecting'),
      open: color('open'),
      waiting: color('waiting'),
      suspended: color('suspended'),
      closing: color('closing'),
      closed: color('closed'),
    },
  }
}
