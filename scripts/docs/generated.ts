// The parts of pages that are written from the code. `npm run docs:generate`; a test holds that they are up to date.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { figuresTable } from './figures.ts'
import { membersTable, optionsTable } from './members.ts'
import { edgesOfMachine } from './states.ts'
import { picture } from './states-svg.ts'
import { causesTable, codesTable, errorsTable, reasonsTable, statesTable } from './tables.ts'

export const docs: string = join(import.meta.dirname, '../../docs')

const OPTIONS = {
  options: optionsTable(['options.ts', 'ConnectionOptions'], ['options.ts', 'MessageOptions']),
  reconnect: optionsTable(['options.ts', 'ReconnectOptions']),
  queue: optionsTable(['options.ts', 'QueueOptions']),
  delivery: optionsTable(['delivery.ts', 'DeliveryOptions']),
  heartbeat: optionsTable(['heartbeat-options.ts', 'HeartbeatOptions']),
  auth: optionsTable(['auth.ts', 'Auth']),
  environment: optionsTable(['environment.ts', 'Environment']),
}

/** Files of `docs/` as they should be, by path. */
export function generated(): Map<string, string> {
  const edges = edgesOfMachine()
  return new Map([
    ['public/states.svg', picture(edges)],
    ['states.md', page('states.md', { states: statesTable(edges), causes: causesTable(edges) })],
    ['close-codes.md', page('close-codes.md', { codes: codesTable() })],
    ['options.md', page('options.md', OPTIONS)],
    [
      'queue.md',
      page('queue.md', { numbers: membersTable('number', 'outbox-snapshot.ts', 'OutboxSnapshot') }),
    ],
    ['errors.md', page('errors.md', { errors: errorsTable(), reasons: reasonsTable() })],
    ['comparison.md', page('comparison.md', { figures: figuresTable(read('benchmarks.md')) })],
  ])
}

function page(path: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- ${name}: npm run docs:generate -->`, `<!-- end of ${name} -->`]
    const [before, rest] = halves(text, begin, path)
    const [, after] = halves(rest, end, path)
    return `${before}${begin}\n\n${part}\n\n${end}${after}`
  }, read(path))
}

function halves(text: string, mark: string, path: string): [string, string] {
  const [before, after, ...others] = text.split(mark)
  if (before === undefined || after === undefined || others.length > 0)
    throw new Error(`${path} has not one ${mark}.`)
  return [before, after]
}

function read(path: string): string {
  return readFileSync(join(docs, path), 'utf8')
}
