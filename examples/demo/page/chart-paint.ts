import type uPlot from 'uplot'
import { HIGH_WATER_MARK } from './connection.ts'
import type { Palette } from './palette.ts'
import { type Phase, type Timeline, WINDOW_MS } from './timeline.ts'

export const FONT = '11px system-ui, sans-serif'
const MARK_ROWS = 3

interface Band extends Phase {
  readonly until: number
}

/** What each state takes of the window. */
export function bandsOf(phases: readonly Phase[], now: number): Band[] {
  const from = now - WINDOW_MS
  return phases.map((phase, index) => {
    const until = phases[index + 1]?.at ?? now
    return { ...phase, at: Math.max(phase.at, from), until: Math.max(until, from) }
  })
}

/** The states of the plain client as pale bands behind a plot. */
export function paintBands({ ctx, bbox }: uPlot, timeline: Timeline, palette: Palette, now: number): void {
  ctx.save()
  ctx.globalAlpha = 0.13
  for (const { at, until, status } of bandsOf(timeline.lanes.get('plain') ?? [], now)) {
    // An open connection is the quiet case: no colour.
    if (status === 'open') continue
    ctx.fillStyle = palette.status[status]
    const left = bbox.left + shareOf(at, now) * bbox.width
    ctx.fillRect(left, bbox.top, Math.max(1, ((until - at) / WINDOW_MS) * bbox.width), bbox.height)
  }
  ctx.restore()
}

/** Faults as dashed lines; with their names where there is room for them. */
export function paintMarks(
  plot: uPlot,
  timeline: Timeline,
  palette: Palette,
  now: number,
  isNamed: boolean,
): void {
  const { ctx, bbox } = plot
  const dpr = devicePixelRatio
  ctx.save()
  ctx.strokeStyle = palette.fault
  ctx.fillStyle = palette.fault
  ctx.lineWidth = dpr
  ctx.font = scaled(FONT, dpr)
  ctx.textBaseline = 'top'
  // Where the names in each row end: in a storm there is no room for all.
  const ends = new Array<number>(MARK_ROWS).fill(Number.NEGATIVE_INFINITY)
  for (const { at, label } of timeline.marks) {
    const x = Math.round(bbox.left + shareOf(at, now) * bbox.width)
    ctx.setLineDash([3 * dpr, 3 * dpr])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    if (!isNamed) continue
    const width = ctx.measureText(label).width + 8 * dpr
    const isNearEnd = x + width > bbox.left + bbox.width
    const left = isNearEnd ? x - width : x
    const row = ends.findIndex((end) => end <= left)
    if (row === -1) continue
    ends[row] = left + width
    ctx.textAlign = 'left'
    ctx.fillText(label, left + 4 * dpr, bbox.top + (3 + 14 * row) * dpr)
  }
  ctx.restore()
}

/** The line up to which the library fills the native buffer. */
export function paintHighWaterMark({ ctx, bbox, valToPos }: uPlot, palette: Palette): void {
  const dpr = devicePixelRatio
  const y = Math.round(valToPos(HIGH_WATER_MARK, 'y', true))
  ctx.save()
  ctx.strokeStyle = palette.muted
  ctx.fillStyle = palette.muted
  ctx.lineWidth = dpr
  ctx.setLineDash([6 * dpr, 4 * dpr])
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.font = scaled(FONT, dpr)
  ctx.textAlign = 'left'
  ctx.textBaseline = 'bottom'
  ctx.fillText('high-water mark', bbox.left + 6 * dpr, y - 3 * dpr)
  ctx.restore()
}

/** How far from the left, 0 to 1. */
export function shareOf(at: number, now: number): number {
  return Math.min(1, Math.max(0, 1 - (now - at) / WINDOW_MS))
}

function scaled(font: string, dpr: number): string {
  return font.replace(/^\d+/, (size) => String(Number(size) * dpr))
}
