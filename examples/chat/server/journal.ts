import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Line, Room } from '../shared/messages.ts'

/** Older ones are forgotten: messages to show, and ids by which one that comes again is known. */
export const KEPT = 5_000

export interface JournalEntry extends Line {
  readonly room: Room
}

/**
 * What was said, one JSON line for each message: with it a restart forgets neither history nor ids.
 *
 * @remarks Writing blocks, for some µs: so a message is in the file before it is acknowledged, and one that
 * comes twice finds the first. A database would do both with a unique index on member and id.
 */
export class Journal {
  readonly #file: number

  private constructor(file: number) {
    this.#file = file
  }

  /** Reads what there is, and writes the newest of it anew: a half line that a crash has left is gone then. */
  static open(path: string): { journal: Journal; entries: readonly JournalEntry[] } {
    mkdirSync(dirname(path), { recursive: true })
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const entries = text.split('\n').flatMap(parse).slice(-KEPT)
    writeFileSync(`${path}.new`, entries.map(lineOf).join(''))
    renameSync(`${path}.new`, path)
    return { journal: new Journal(openSync(path, 'a')), entries }
  }

  append(entry: JournalEntry): void {
    writeSync(this.#file, lineOf(entry))
  }

  close(): void {
    closeSync(this.#file)
  }
}

function lineOf(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`
}

/** The file is ours, so a line that is JSON is an entry. */
function parse(line: string): JournalEntry[] {
  try {
    return [JSON.parse(line) as JournalEntry]
  } catch {
    return []
  }
}
