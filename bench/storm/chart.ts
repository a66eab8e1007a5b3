// Attempts a second over time, a panel for each client: a dozen lines in one would hide each other.
import type { Model } from './model.ts'
import type { Storm } from './simulate.ts'

export interface Line {
  readonly name: string
  readonly caption: string
  readonly isOurs: boolean
  readonly storm: Storm
}

const SECONDS = 120
const DECADES = 4
const COLUMNS = 3
/** A panel's plot, and the room around it for its axes and its name. */
const PLOT = { width: 250, height: 110 }
const ROOM = { left: 46, top: 44, right: 24, bottom: 26 }
const PANEL = { width: ROOM.left + PLOT.width + ROOM.right, height: ROOM.top + PLOT.height + ROOM.bottom }

// Its own background: the page's may be dark where the system is light.
const STYLE = `
  text { font: 11px system-ui, sans-serif; fill: #57606a }
  .name { font-size: 13px; font-weight: 600; fill: #1f2328 }
  .paper { fill: #ffffff }
  .down { fill: #d0d7de; opacity: 0.5 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .capacity { stroke: #1a7f37; stroke-dasharray: 4 3 }
  .line { fill: none; stroke: #bc4c00; stroke-width: 1.5 }
  .ours { stroke: #0969da; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 }
    .name { fill: #f0f6fc }
    .paper { fill: #0d1117 }
    .down { fill: #3d444d }
    .grid { stroke: #3d444d }
    .capacity { stroke: #3fb950 }
    .line { stroke: #f0883e }
    .ours { stroke: #4493f8 }
  }`

export function chart(lines: readonly Line[], model: Model): string {
  const width = PANEL.width * COLUMNS
  const height = PANEL.height * Math.ceil(lines.length / COLUMNS)
  const top = 10 ** Math.ceil(Math.log10(Math.max(...lines.flatMap(({ storm }) => perSecond(storm)))))
  const panels = lines.map((line, index) => {
    const [x, y] = [(index % COLUMNS) * PANEL.width, Math.floor(index / COLUMNS) * PANEL.height]
    return `<g transform="translate(${x} ${y})">${panel(line, model, top)}</g>`
  })
  const label = `Attempts a second over the first ${SECONDS} seconds, a panel for each client`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...panels,
    '</svg>\n',
  ].join('\n')
}

function panel({ name, caption, isOurs, storm }: Line, model: Model, top: number): string {
  const x = (second: number): number => round(ROOM.left + (second / SECONDS) * PLOT.width)
  const y = (value: number): number => {
    const decades = Math.max(0, Math.log10(Math.max(value, 1) / top) + DECADES)
    return round(ROOM.top + PLOT.height * (1 - decades / DECADES))
  }
  const [right, bottom] = [x(SECONDS), y(0)]
  const powers = Array.from({ length: DECADES + 1 }, (_, index) => top / 10 ** index)
  const times = Array.from({ length: SECONDS / 30 + 1 }, (_, index) => index * 30)
  return [
    `<text class="name" x="${ROOM.left}" y="18">${escaped(name)}</text>`,
    `<text x="${ROOM.left}" y="34">${escaped(caption)}</text>`,
    `<rect class="down" x="${x(0)}" y="${y(top)}" width="${round(x(model.downFor / 1_000) - x(0))}" height="${PLOT.height}"/>`,
    ...powers.map((value) => `<path class="grid" d="M${x(0)} ${y(value)}H${right}"/>`),
    ...powers.map(
      (value) => `<text x="${ROOM.left - 5}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text>`,
    ),
    ...times.map((time) => `<text x="${x(time)}" y="${bottom + 15}" text-anchor="middle">${time} s</text>`),
    `<path class="capacity" d="M${x(0)} ${y(model.capacity)}H${right}"/>`,
    `<path class="line${isOurs ? ' ours' : ''}" d="${steps(storm, x, y)}"/>`,
  ].join('')
}

function steps(storm: Storm, x: (second: number) => number, y: (value: number) => number): string {
  // A storm that is stuck goes on as it is: only the run was stopped.
  const end = storm.ending === 'stuck' ? Math.floor(storm.endedAt / 1_000) : SECONDS
  const levels = perSecond(storm).slice(0, end)
  return `M${x(0)} ${y(0)}${levels.map((value, second) => `V${y(value)}H${x(second + 1)}`).join('')}`
}

function perSecond({ arrivals }: Storm): number[] {
  return Array.from({ length: SECONDS }, (_, second) => {
    return arrivals.subarray(second * 1_000, (second + 1) * 1_000).reduce((sum, value) => sum + value, 0)
  })
}

function short(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000} M`
  return value >= 1_000 ? `${value / 1_000} k` : `${value}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function round(value: number): number {
  return Number(value.toFixed(1))
}
