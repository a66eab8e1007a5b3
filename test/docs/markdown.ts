import { posix } from 'node:path'

/** A relative link: the file from the root, and what is behind `#`. */
export interface Link {
  readonly target: string
  readonly anchor: string
}

/** All code blocks, with what is said behind the fence. */
export function codeOf(text: string): string[] {
  return [...text.matchAll(FENCED)].map(([block]) => block)
}

/** The level of each heading. */
export function levelsOf(text: string): number[] {
  return headingsOf(text).map(({ level }) => level)
}

/** The cells of each row of a table. */
export function rowsOf(text: string): string[][] {
  const rows = prose(text).matchAll(/^\|(.*)\|$/gm)
  return [...rows].map(([, row = '']) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()))
}

/** Each table: rows that follow one another. */
export function tablesOf(text: string): string[] {
  return [...prose(text).matchAll(/(?:^\|.*\|(?:\n|$))+/gm)].map(([table]) => table)
}

/** Links and pictures to other files of the repository, and to headings of this one. */
export function linksOf(path: string, text: string): Link[] {
  const words = prose(text).replace(/`[^`\n]*`/g, '')
  const marked = [...words.matchAll(/\]\(([^)\s]+)\)/g)]
  const tagged = [...words.matchAll(/ (?:src|srcset|href)="([^"]+)"/g)]
  return [...marked, ...tagged]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = '', anchor = ''] = link.split('#')
      const target = file === '' ? path : posix.join(posix.dirname(path), file)
      return { target, anchor }
    })
}

/** What a link to a part of this page ends in: the words of a heading. */
export function anchorsOf(text: string): Set<string> {
  const slugs = headingsOf(text).map(({ title }) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
  return new Set(slugs)
}

const FENCED = /^(`{3,})[^`\n]*\n.*?^\1/gms

function prose(text: string): string {
  return text.replace(FENCED, '')
}

function headingsOf(text: string): { readonly level: number; readonly title: string }[] {
  const headings = prose(text).matchAll(/^(#+) (.*)$/gm)
  return [...headings].map(([, marks = '', title = '']) => ({ level: marks.length, title }))
}
