import uPlot from 'uplot'
import { paintBands, paintHighWaterMark, paintMarks, paintStrip } from './chart-paint.ts'
import { HIGH_WATER_MARK } from './connection.ts'
import { make } from './dom.ts'
import type { Palette } from './palette.ts'
import { type Timeline, WINDOW_MS } from './timeline.ts'

const MIN_PLOT_HEIGHT = 100
const STRIP_HEIGHT = 38
const AXIS_WIDTH = 58
const RIGHT_PADDING = 8
const MIN_MESSAGES = 10
const MIN_BYTES = HIGH_WATER_MARK * 1.35
const SECONDS = WINDOW_MS / 1_000

/** Two plots over one minute, and the strip of states under them. */
export interface Plots {
  draw(now: number): void
  resize(): void
  destroy(): void
}

export function createPlots(root: HTMLElement, timeline: Timeline, palette: Palette): Plots {
  let now = Date.now()
  const backdrop = (plot: uPlot): void => paintBands(plot, timeline, palette, now)
  const queued = createPlot(root, palette, {
    color: palette.queued,
    least: MIN_MESSAGES,
    label: shortCount,
    hooks: { drawClear: [backdrop], draw: [(plot) => paintMarks(plot, timeline, palette, now, true)] },
  })
  const native = createPlot(root, palette, {
    color: palette.native,
    least: MIN_BYTES,
    label: shortBytes,
    hooks: {
      drawClear: [backdrop],
      draw: [
        (plot) => paintHighWaterMark(plot, palette),
        (plot) => paintMarks(plot, timeline, palette, now, false),
      ],
    },
  })
  const strip = make('canvas', 'strip')
  root.append(strip)

  function resize(): void {
    const width = root.clientWidth
    const height = Math.max(MIN_PLOT_HEIGHT, Math.floor((root.clientHeight - STRIP_HEIGHT) / 2))
    queued.setSize({ width, height })
    native.setSize({ width, height })
    strip.width = width * devicePixelRatio
    strip.height = STRIP_HEIGHT * devicePixelRatio
    draw(now)
  }

  function draw(time: number): void {
    now = time
    const [seconds, messages, bytes] = timeline.columns(now)
    queued.setData([seconds, messages])
    native.setData([seconds, bytes])
    const { left, width } = native.bbox
    const box = { left: left / devicePixelRatio, width: width / devicePixelRatio }
    paintStrip(strip, box, timeline, palette, now)
  }

  resize()
  return {
    draw,
    resize,
    destroy() {
      queued.destroy()
      native.destroy()
      strip.remove()
    },
  }
}

interface PlotLook {
  readonly color: string
  /** The axis reaches at least so far, so that small numbers look small. */
  readonly least: number
  readonly label: (value: number) => string
  readonly hooks: uPlot.Hooks.Arrays
}

function createPlot(root: HTMLElement, palette: Palette, { color, least, label, hooks }: PlotLook): uPlot {
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
        {
          stroke: color,
          width: 1.5,
          fill: `color-mix(in srgb, ${color} 22%, transparent)`,
          points: { show: false },
          ...(stepped && { paths: stepped }),
        },
      ],
      hooks,
    },
    [[], []],
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
