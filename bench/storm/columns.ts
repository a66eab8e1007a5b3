// The table: for the terminal, for the page, and for the test that compares the page with it.
import type { Figures } from './figures.ts'
import type { Policy } from './policy.ts'

export interface Row {
  readonly policy: Policy
  readonly figures: Figures
}

interface Column {
  readonly title: string
  /** The lower the better. */
  value(figures: Figures): number | undefined
  text(figures: Figures): string
}

export const COLUMNS: readonly Column[] = [
  {
    title: 'peak attempts a second',
    value: ({ peak }) => peak,
    text: ({ peak }) => rounded(peak),
  },
  {
    title: 'attempts in all',
    value: ({ attempts }) => attempts,
    text: ({ attempts }) => rounded(attempts),
  },
  { title: '50 % are back', value: ({ half }) => half, text: ({ half }) => seconds(half) },
  { title: '99 %', value: ({ most }) => most, text: ({ most }) => seconds(most) },
  {
    title: '100 %',
    value: ({ all }) => all,
    text: ({ all, share, ending }) => (all === undefined ? `${ending} at ${percent(share)}` : seconds(all)),
  },
]

/** Those best in a column; of those that bring everybody back, for it is easy to be gentle and stay away. */
export function bestIn(column: Column, rows: readonly Row[]): Set<Row> {
  const whole = rows.filter(({ figures }) => figures.all !== undefined)
  const least = Math.min(...whole.map(({ figures }) => column.value(figures) ?? Infinity))
  // By what is shown: a difference that nobody can see is none.
  const shown = whole.find(({ figures }) => column.value(figures) === least)
  const text = shown && column.text(shown.figures)
  return new Set(whole.filter(({ figures }) => column.text(figures) === text))
}

export function header(): string[] {
  return ['client', ...COLUMNS.map(({ title }) => title), 'its delays']
}

export function cells({ policy, figures }: Row): string[] {
  return [policy.name, ...COLUMNS.map((column) => column.text(figures)), policy.formula]
}

/** In Markdown, the best in bold. */
export function table(rows: readonly Row[], emphasis = true): string {
  const best = COLUMNS.map((column) => (emphasis ? bestIn(column, rows) : new Set<Row>()))
  const lines = rows.map((row) =>
    cells(row).map((text, index) => (best[index - 1]?.has(row) ? `**${text}**` : text)),
  )
  const rule = header().map((_, index) => (index === 0 || index > COLUMNS.length ? '---' : '---:'))
  return [header(), rule, ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

/** Three digits say enough: another seed changes the fourth. */
function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-GB')
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '–' : `${(ms / 1_000).toFixed(ms < 100_000 ? 1 : 0)} s`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}
