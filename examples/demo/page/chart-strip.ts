import { bandsOf, FONT, shareOf } from './chart-paint.ts'
import type { ClientKey } from './lab-client.ts'
import type { Palette } from './palette.ts'
import { type Timeline, WINDOW_MS } from './timeline.ts'

const LANE_HEIGHT = 17
const LANE_GAP = 3
const CLOCK_HEIGHT = 20
/** An attempt may take a millisecond; it is to be seen all the same. */
const ATTEMPT_WIDTH = 2.5

/** Short enough for the room beside the axis. */
const SHORT_NAMES: Readonly<Record<ClientKey, string>> = {
  plain: 'Plain',
  react: 'React',
  vue: 'Vue',
  native: 'native',
  partysocket: 'party…',
  'reconnecting-websocket': 'reconn…',
}

/** In CSS px. */
export function stripHeight({ lanes }: Timeline): number {
  return lanes.size * (LANE_HEIGHT + LANE_GAP) + CLOCK_HEIGHT
}

/** The states of each client as a lane with their names, and the time below. */
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
  let top = 0
  for (const [client, phases] of timeline.lanes) {
    ctx.font = FONT
    ctx.textBaseline = 'middle'
    ctx.textAlign = 'right'
    ctx.fillStyle = palette.muted
    ctx.fillText(SHORT_NAMES[client], left - 8, top + LANE_HEIGHT / 2 + 1)
    ctx.textAlign = 'left'
    ctx.font = `600 ${FONT}`
    for (const { at, until, status } of bandsOf(phases, now)) {
      const least = status === 'connecting' ? ATTEMPT_WIDTH : 1
      const x = left + shareOf(at, now) * width
      const w = Math.max(least, ((until - at) / WINDOW_MS) * width)
      ctx.fillStyle = palette.status[status]
      ctx.fillRect(x, top, w, LANE_HEIGHT)
      if (ctx.measureText(status).width + 12 > w) continue
      ctx.fillStyle = palette.surface
      ctx.fillText(status, x + 6, top + LANE_HEIGHT / 2 + 0.5)
    }
    top += LANE_HEIGHT + LANE_GAP
  }
  paintClock(ctx, left, width, top + 10, palette)
}

function paintClock(
  ctx: CanvasRenderingContext2D,
  left: number,
  width: number,
  y: number,
  palette: Palette,
): void {
  ctx.font = FONT
  ctx.fillStyle = palette.muted
  const step = width < 400 ? 20 : 10
  for (let seconds = 60; seconds >= 0; seconds -= step) {
    ctx.textAlign = seconds === 0 ? 'right' : seconds === 60 ? 'left' : 'center'
    ctx.fillText(seconds === 0 ? 'now' : `−${seconds} s`, left + (1 - seconds / 60) * width, y)
  }
}
