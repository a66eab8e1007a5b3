import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root: string = join(import.meta.dirname, '../..')

/** A ```ts or ```tsx block of a page. */
export interface Block {
  readonly name: string
  readonly id: string
  readonly kind: 'ts' | 'tsx'
  readonly code: string
  /** Marked as ```ts run: it is carried out too. */
  readonly runs: boolean
}

/** Those of the README, of docs/, and of the READMEs of packages and examples; with a label in a group of tabs. */
export function blocksOfPages(): Block[] {
  return markdownFiles().flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return [...text.matchAll(/^```(tsx?)( run)?(?: \[.*?\])?\n(.*?)^```/gms)].map(
      ([, kind, run, code = ''], index) => ({
        name: `${path}, block ${index + 1}`,
        id: `${path.replaceAll('/', '-')}-${index + 1}`,
        kind: kind === 'tsx' ? ('tsx' as const) : ('ts' as const),
        code: `${code}\nexport {}\n`,
        runs: run !== undefined,
      }),
    )
  })
}

/** What is generated into docs/ is left out: its examples are those of comments in the code. */
export function markdownFiles(): string[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const parts = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/README.md`),
  )
  return [...readdirSync(root), ...pages.map((page) => `docs/${page}`), ...parts]
    .filter((path) => path.endsWith('.md') && !/^docs\/(api|\.vitepress)\//.test(path))
    .filter((path) => existsSync(join(root, path)))
    .sort()
}
