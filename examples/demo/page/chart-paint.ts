import type uPlot from 'uplot'
import { HIGH_WATER_MARK } from './connection.ts'
import type { Palette } from './palette.ts'
import { type Phase, type Timeline, WINDOW_MS } from './timeline.ts'

const FONT = '11px system-ui, sans-serif'
const MARK_ROWS = 3

interface Band extends Phase {
  readonly until: number
}

/** What each state takes of the window. */
export function bandsOf({ phases }: Timeline, now: number): Band[] {
  const from = now - WINDOW_MS
  return phases.map((phase, index) => {
    const until = phases[index + 1]?.at ?? now
    return { ...phase, at: Math.max(phase.at, from), until: Math.max(until, from) }
  })
}

/** The states as pale bands behind a plot. */
export function paintBands({ ctx, bbox }: uPlot, timeline: Timeline, palette: Palette, now: number): void {
  ctx.save()
  ctx.globalAlpha = 0.13
  for (const { at, until, status } of bandsOf(timeline, now)) {
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
  timeline.marks.forEach(({ at, label }, index) => {
    const x = Math.round(bbox.left + shareOf(at, now) * bbox.width)
    ctx.setLineDash([3 * dpr, 3 * dpr])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    if (!isNamed) return
    // Faults that follow each other closely must not hide each other's names.
    const y = bbox.top + (3 + 14 * (index % MARK_ROWS)) * dpr
    const isNearEnd = x + ctx.measureText(label).width + 8 * dpr > bbox.left + bbox.width
    ctx.textAlign = isNearEnd ? 'right' : 'left'
    ctx.fillText(label, x + (isNearEnd ? -4 : 4) * dpr, y)
  })
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

/** The states as a strip with their names, and the time below it. */
export function paintStrip(
  canvas: HTMLCanvasElement,
  { left, width }: { left: number; width: number },
  timeline: Timeline,
  palette: Palette,
  now: number,
): void {
  const ctx = canvas.getContext('2d')
  if (!ctx) return
  const dpr = devicePixelRatio
  ctx.setTransform(dpr, 0, 0, dpr, 0, 0)
  ctx.clearRect(0, 0, canvas.width, canvas.height)
  ctx.font = `600 ${FONT}`
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  for (const { at, until, status } of bandsOf(timeline, now)) {
    const x = left + shareOf(at, now) * width
    const w = Math.max(1, ((until - at) / WINDOW_MS) * width)
    ctx.fillStyle = palette.status[status]
    ctx.fillRect(x, 0, w, 18)
    if (ctx.measureText(status).width + 12 > w) continue
    ctx.fillStyle = palette.surface
    ctx.fillText(status, x + 6, 9.5)
  }
  ctx.font = FONT
  ctx.fillStyle = palette.muted
  const step = width < 400 ? 20 : 10
  for (let seconds = 60; seconds >= 0; seconds -= step) {
    ctx.textAlign = seconds === 0 ? 'right' : seconds === 60 ? 'left' : 'center'
    ctx.fillText(seconds === 0 ? 'now' : `−${seconds} s`, left + (1 - seconds / 60) * width, 30)
  }
}

function shareOf(at: number, now: number): number {
  return Math.min(1, Math.max(0, 1 - (now - at) / WINDOW_MS))
}

function scaled(font: string, dpr: number): string {
  return font.replace(/^\d+/, (size) => String(Number(size) * dpr))
}
