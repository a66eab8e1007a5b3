import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { BARE_CHROMIUM } from '../test/support/chromium.ts'
import type { Row } from './tools.ts'

export interface Section {
  readonly heading: string
  readonly about: string
  readonly command: string
  readonly tables: readonly { readonly title: string; readonly rows: readonly Row[] }[]
}

const COMPARED = [
  'partysocket',
  'reconnecting-websocket',
  'react-use-websocket',
  '@vueuse/core',
  'rxjs',
  'react',
  'vue',
  'ws',
  'undici',
] as const

/** docs/benchmarks.md. */
export function page(sections: readonly Section[], machine: string, versions: string): string {
  return `# Benchmarks

Written by \`npm run bench\`, which takes all figures in one run; each can be run alone. Read the ratios: the times are
those of one machine. Where ours is not the best, it stands here as it was measured.

${machine} ${versions}

${sections.map((section) => write(section)).join('\n\n')}
`
}

/** The page with some of its sections taken anew, each of which tells when and where. */
export function retaken(text: string, sections: readonly Section[], machine: string): string {
  const [intro = '', ...old] = text.trimEnd().split(/\n\n(?=## )/)
  const anew = new Map(sections.map((section) => [section.heading, write(section, machine)]))
  const known = old.map((part) => anew.get(part.slice('## '.length, part.indexOf('\n'))) ?? part)
  return `${[intro, ...known].join('\n\n')}\n`
}

/** @param load - The load average when the run began. */
export function machine(load: number): string {
  const [{ model } = { model: 'an unknown processor' }] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, ${cpus().length} cores of ${model.trim()}, ${memory} GiB, load average ${load.toFixed(1)} at the start.`
}

export function versions(): string {
  const chromium = execFileSync(BARE_CHROMIUM.path, ['--version'], { encoding: 'utf8' })
  const packages = COMPARED.map((name) => `${name} ${versionOf(name)}`)
  return `Node ${process.versions.node}, ${/Chromium [\d.]+/.exec(chromium)?.[0] ?? 'Chromium'}, ${packages.join(', ')}.`
}

function versionOf(name: string): string {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')).version
}

/** @param anew - When and where, if not with all others. */
function write({ heading, about, command, tables }: Section, anew?: string): string {
  return [
    `## ${heading}`,
    `${about} \`${command}\``,
    ...(anew === undefined ? [] : [`Taken after the others: ${anew}`]),
    ...tables.map(({ title, rows }) => table(title, rows)),
  ].join('\n\n')
}

function table(title: string, rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const aligned = columns.map((column) =>
    rows.some((row) => typeof row[column] === 'number') ? '---:' : '---',
  )
  const body = rows.map((row) => line(columns.map((column) => show(row[column]))))
  return [`${title}:`, '', line(columns), line(aligned), ...body].join('\n')
}

function show(value: string | number | undefined): string {
  return typeof value === 'number' ? value.toLocaleString('en') : (value ?? '').replaceAll('|', '\\|')
}
