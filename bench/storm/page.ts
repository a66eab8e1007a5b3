import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
export const PAGE: string = join(ROOT, 'docs/storm.md')
const CHART = join(ROOT, 'docs/public/storm.svg')

const BEGIN = '<!-- figures: npm run bench:storm -- --write -->'
const END = '<!-- end of figures -->'

/** What the page has between its marks; the rest of it is written by hand. */
export function figuresIn(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`The page needs the lines ${BEGIN} and ${END}, in this order`)
  return page.slice(begin + BEGIN.length, end).trim()
}

export function write(figures: string, chart: string): void {
  const page = readFileSync(PAGE, 'utf8')
  writeFileSync(
    PAGE,
    page.replace(figuresIn(page), () => figures),
  )
  writeFileSync(CHART, chart)
}

/** When and on what figures were made. */
export function provenance(command: string): string {
  const [date] = new Date().toISOString().split('T')
  const [processor] = cpus()
  return `\`${command}\`, ${date}, Node ${process.versions.node}, ${processor?.model.trim()}, ${cpus().length} cores.`
}
