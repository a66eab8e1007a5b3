import type { Health } from './health.ts'
import type { Journal } from './journal.ts'

export interface Figures {
  readonly seconds: number
  readonly operations: number
  readonly messages: number
  readonly requests: number
  readonly faults: Readonly<Record<string, number>>
  readonly dials: number
  /** Of one core. */
  readonly cpu: number
  readonly first: Health | undefined
  readonly last: Health | undefined
  /** The line that is printed. */
  readonly text: string
}

export function figuresOf(
  { counts }: Journal,
  points: readonly Health[],
  start: { readonly at: number; readonly cpu: NodeJS.CpuUsage },
): Figures {
  const ms = performance.now() - start.at
  const { user, system } = process.cpuUsage(start.cpu)
  const faults = Object.fromEntries(
    [...counts].flatMap(([name, count]) =>
      name.startsWith(FAULT) ? [[name.slice(FAULT.length), count]] : [],
    ),
  )
  const of = (name: string) => counts.get(name) ?? 0
  const figures = {
    seconds: ms / 1_000,
    operations: of('operations'),
    messages: of('messages'),
    requests: of('requests'),
    dials: of('dials'),
    faults,
    cpu: (user + system) / 1_000 / ms,
    first: points[0],
    last: points.at(-1),
  }
  return { ...figures, text: textOf(figures) }
}

const FAULT = 'fault: '

function textOf(figures: Omit<Figures, 'text'>): string {
  const { seconds, operations, messages, requests, dials, faults, cpu, last } = figures
  const all = Object.values(faults).reduce((sum, count) => sum + count, 0)
  const parts = [
    `${seconds.toFixed(0)} s`,
    `${operations} operations`,
    `${messages} messages`,
    `${requests} requests`,
    `${all} faults`,
    `${dials} dials`,
    `CPU ${(100 * cpu).toFixed(0)} %`,
  ]
  if (last) {
    parts.push(
      `heap ${(last.heap / 2 ** 20).toFixed(1)} MiB`,
      `${last.sockets} TCP handles`,
      `${last.timers} timers`,
      `${last.listeners} listeners`,
    )
  }
  return parts.join(', ')
}
