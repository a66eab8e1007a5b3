import uPlot from 'uplot'
import { paintBands, paintHighWaterMark, paintMarks } from './chart-paint.ts'
import { paintStrip, stripHeight } from './chart-strip.ts'
import { HIGH_WATER_MARK } from './connection.ts'
import { make } from './dom.ts'
import type { Palette } from './palette.ts'
import { type Timeline, WINDOW_MS } from './timeline.ts'

const MIN_PLOT_HEIGHT = 76
const AXIS_WIDTH = 58
const RIGHT_PADDING = 8
const MIN_MESSAGES = 10
const MIN_RATE = 20
const MIN_BYTES = HIGH_WATER_MARK * 1.35
const SECONDS = WINDOW_MS / 1_000

/** Three plots over one minute, and the lanes of states under them. */
export interface Plots {
  draw(now: number): void
  resize(): void
  destroy(): void
}

export function createPlots(root: HTMLElement, timeline: Timeline, palette: Palette): Plots {
  let now = Date.now()
  let lanes = 0
  const backdrop = (plot: uPlot): void => paintBands(plot, timeline, palette, now)
  const marks = (isNamed: boolean) => (plot: uPlot) => paintMarks(plot, timeline, palette, now, isNamed)
  const rates = createPlot(root, palette, {
    colors: [palette.out, palette.in],
    least: MIN_RATE,
    label: shortCount,
    hooks: { drawClear: [backdrop], draw: [marks(true)] },
  })
  const queued = createPlot(root, palette, {
    colors: [palette.queued],
    least: MIN_MESSAGES,
    label: shortCount,
    hooks: { drawClear: [backdrop], draw: [marks(false)] },
  })
  const native = createPlot(root, palette, {
    colors: [palette.native],
    least: MIN_BYTES,
    label: shortBytes,
    hooks: { drawClear: [backdrop], draw: [(plot) => paintHighWaterMark(plot, palette), marks(false)] },
  })
  const all = [rates, queued, native]
  const strip = make('canvas', 'strip')
  root.append(strip)

  function resize(): void {
    lanes = timeline.lanes.size
    const width = root.clientWidth
    const free = root.clientHeight - stripHeight(timeline)
    const height = Math.max(MIN_PLOT_HEIGHT, Math.floor(free / all.length))
    for (const plot of all) plot.setSize({ width, height })
    strip.width = width * devicePixelRatio
    strip.height = stripHeight(timeline) * devicePixelRatio
    strip.style.height = `${stripHeight(timeline)}px`
    draw(now)
  }

  function draw(time: number): void {
    now = time
    if (timeline.lanes.size !== lanes) return resize()
    const columns = timeline.columns(now)
    rates.setData([columns.seconds, columns.out, columns.in])
    queued.setData([columns.seconds, columns.queued])
    native.setData([columns.seconds, columns.native])
    const { left, width } = native.bbox
    const box = { left: left / devicePixelRatio, width: width / devicePixelRatio }
    paintStrip(strip, box, timeline, palette, now)
  }

  resize()
  return {
    draw,
    resize,
    destroy() {
      for (const plot of all) plot.destroy()
      strip.remove()
    },
  }
}

interface PlotLook {
  /** One for each line. */
  readonly colors: readonly string[]
  /** The axis reaches at least so far, so that small numbers look small. */
  readonly least: number
  readonly label: (value: number) => string
  readonly hooks: uPlot.Hooks.Arrays
}

function createPlot(root: HTMLElement, palette: Palette, { colors, least, label, hooks }: PlotLook): uPlot {
  const stepped = uPlot.paths.stepped?.({ align: 1 })
  const line = { stroke: palette.grid, width: 1 }
  return new uPlot(
    {
      width: root.clientWidth,
      height: MIN_PLOT_HEIGHT,
      padding: [6, RIGHT_PADDING, 6, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: [-SECONDS, 0] },
        y: { range: (_plot, _low, high) => [0, Math.max(least, high * 1.15)] },
      },
      axes: [
        { show: false, grid: line, space: 50 },
        {
          size: AXIS_WIDTH,
          space: 28,
          stroke: palette.muted,
          font: '11px system-ui, sans-serif',
          grid: line,
          ticks: { show: false },
          values: (_plot, values) => values.map(label),
        },
      ],
      series: [
        {},
        ...colors.map((color) => ({
          stroke: color,
          width: 1.5,
          fill: `color-mix(in srgb, ${color} ${Math.round(22 / colors.length)}%, transparent)`,
          points: { show: false },
          ...(stepped && { paths: stepped }),
        })),
      ],
      hooks,
    },
    [[], ...colors.map(() => [])],
    root,
  )
}

/** 0, 500, 10k */
function shortCount(value: number): string {
  return value >= 1_000 ? `${value / 1_000}k` : String(value)
}

/** 0, 100 kB: round numbers on a decimal axis. */
function shortBytes(value: number): string {
  return value >= 1_000_000 ? `${value / 1_000_000} MB` : value === 0 ? '0' : `${value / 1_000} kB`
}
