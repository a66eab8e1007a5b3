import { appendFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { seeded } from '../test/support/random.ts'

export type Row = Readonly<Record<string, string | number>>

/** Prints one table, the rows as given; where `BENCH_TABLES` names a file, as a line of JSON there too. */
export function print(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`)
  console.table(rows)
  const file = process.env.BENCH_TABLES
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ title, rows })}\n`)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** The median, and the quartiles around it: "0.97 (0.95–0.99)". */
export function spread(values: readonly number[], digits = 2): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits))
  return `${middle} (${low}–${high})`
}

/** Each round as a multiple of the same round of another: a slow moment of the machine meets both. */
export function times(own: readonly number[], other: readonly number[]): string {
  return spread(own.map((value, round) => value / (other[round] ?? Number.NaN)))
}

/** Resamples, for {@link interval}. */
const RESAMPLES = 2_000

/**
 * A figure of some samples, and where it lies with 95 % confidence: "0.97 (0.95–0.99)".
 *
 * @see Efron, Tibshirani: An Introduction to the Bootstrap (1993), chapter 13, the percentile interval.
 */
export function interval(
  samples: readonly (readonly number[])[],
  figure: (samples: readonly (readonly number[])[]) => number,
): string {
  const random = seeded(1)
  const drawn = (values: readonly number[]): number[] =>
    values.map(() => values[Math.floor(random() * values.length)] ?? Number.NaN)
  const figures = Array.from({ length: RESAMPLES }, () => figure(samples.map(drawn)))
  const [middle, low, high] = [figure(samples), quantile(figures, 0.025), quantile(figures, 0.975)].map(
    (value) => value.toFixed(2),
  )
  return `${middle} (${low}–${high})`
}

/**
 * The same rows of several runs as one table: a number that differs as "12 (10–15)", its median with the least and the
 * most, and texts that differ beside one another.
 */
export function combined(runs: readonly (readonly Row[])[]): Row[] {
  const [first = []] = runs
  return first.map((row, index) => {
    const cells = Object.keys(row).map((column) => [column, together(runs, index, column)] as const)
    return Object.fromEntries(cells)
  })
}

function together(runs: readonly (readonly Row[])[], index: number, column: string): string | number {
  const values = [...new Set(runs.flatMap((rows) => rows[index]?.[column] ?? []))]
  if (values.length === 1) return values[0] ?? ''
  const all = runs.map((rows) => rows[index]?.[column])
  const numbers = all.filter((value) => typeof value === 'number')
  if (numbers.length < all.length) return values.join(', ')
  const [middle, low, high] = [median(numbers), Math.min(...numbers), Math.max(...numbers)].map((value) =>
    value.toLocaleString('en-US', { maximumFractionDigits: 3 }),
  )
  return `${middle} (${low}–${high})`
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits))
}

/** Bytes on the heap that are still reachable. Needs `--expose-gc`. */
export async function heapUsed(): Promise<number> {
  const { gc } = globalThis
  if (!gc) throw new Error('Run this with --expose-gc')
  // What a finalizer or a closed handle lets go of, only the next collection takes.
  for (let i = 0; i < 3; i++) {
    gc()
    await setImmediate()
  }
  return process.memoryUsage().heapUsed
}

/** ms that the work took: on the clock, and of the processor, which other programs do not disturb. */
export async function timed(work: () => void | Promise<void>): Promise<{ elapsed: number; cpu: number }> {
  const start = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return { elapsed: performance.now() - start, cpu: (user + system) / 1_000 }
}

/** Growth of y for each step of x, by least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}
