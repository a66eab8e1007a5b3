// The rows of the benchmarks that tell clients apart, for the page that compares them.

interface Pick {
  readonly title: string
  /** The heading in the page of the benchmarks. */
  readonly section: string
  /** Columns that are taken, by their heads there. */
  readonly columns: readonly string[]
  readonly rows: (cells: readonly string[]) => boolean
}

const PICKS: readonly Pick[] = [
  {
    title: 'Weight of the import, minified and gzipped',
    section: 'Size',
    columns: ['import', 'gzip, bytes', 'gzip with rxjs, bytes'],
    rows: ([name = '']) => !/all of the core|stored/.test(name),
  },
  {
    title: '10 MB queued, then sent: how much the native buffer held at once',
    section: 'A queue that drains',
    columns: ['client', 'native', 'peak bufferedAmount', 'peak / high-water mark'],
    rows: () => true,
  },
  {
    title: 'React, 10,000 messages in a burst',
    section: 'React: 10,000 messages in a burst',
    columns: ['variant', 'messages seen', 'renders', '× bare'],
    rows: () => true,
  },
]

export function figuresTable(benchmarks: string): string {
  return PICKS.map((pick) => `### ${pick.title}\n\n${taken(benchmarks, pick)}`).join('\n\n')
}

function taken(benchmarks: string, { section, columns, rows }: Pick): string {
  const text = benchmarks.split(/^## /m).find((part) => part.startsWith(`${section}\n`))
  if (text === undefined) throw new Error(`The benchmarks have no part "${section}".`)
  // The first of its tables.
  const [table = ''] = /(?:^\| .* \|\n)+/m.exec(text) ?? []
  const [head = [], rule = [], ...body] = [...table.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) =>
    row.split(' | '),
  )
  const wanted = columns.map((column) => {
    const index = head.indexOf(column)
    if (index < 0) throw new Error(`"${section}" of the benchmarks has no column "${column}".`)
    return index
  })
  return [head, rule, ...body.filter(rows)]
    .map((row) => `| ${wanted.map((index) => row[index] ?? '').join(' | ')} |`)
    .join('\n')
}
