import type { Readable, Writable } from 'node:stream'
import type { Settings } from './arguments.ts'
import { endingLines, exitCodeOf, jsonEnding } from './ending.ts'
import { Feed } from './feed.ts'
import { Session, standingOf } from './session.ts'
import { describe, GOODBYE, jsonEvent } from './status.ts'
import { jsonRefusal, shown } from './text.ts'

export interface Streams {
  readonly stdin: Readable
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable
}

/** A session, and the exit code that it comes to. */
export interface Run {
  readonly session: Session
  readonly exitCode: Promise<number>
}

/** Each line of stdin is a message, each message a line of stdout; stderr has the rest. */
export function pipe(settings: Settings, { stdin, stdout, stderr }: Streams): Run {
  const { json, quiet } = settings
  const say = (text: string): void => {
    stderr.write(`holdfast: ${text}\n`)
  }
  const sayJson = (event: object): void => {
    stderr.write(`${JSON.stringify(event)}\n`)
  }
  const session = new Session(settings, {
    onMessage(data) {
      // A file or a program gets what came, byte for byte.
      const isBinary = !stdout.isTTY && typeof data !== 'string'
      if (isBinary) stdout.write(Buffer.from(data))
      else stdout.write(stdout.isTTY ? shown(data, false) : data)
      stdout.write('\n')
    },
    onEvent(event) {
      if (quiet) return
      const standing = standingOf(session, settings)
      if (json) {
        const line = jsonEvent(event, standing)
        if (line) sayJson(line)
        return
      }
      const text = describe(event, standing)
      if (text !== undefined) say(text)
    },
    onGoodbye() {
      if (!quiet && !json) say(GOODBYE)
    },
  })
  const feed = new Feed(stdin, session, {
    refuse: json ? jsonRefusal : () => undefined,
    onRefused(line, why) {
      if (json) sayJson({ event: 'refused', line, why })
      else say(`line ${line}: ${why}`)
    },
  })
  void feed.run()
  const exitCode = session.outcome.then((outcome) => {
    const whole = { ...outcome, unsent: outcome.unsent + feed.leftover() }
    const code = exitCodeOf(whole)
    if (!json) for (const line of endingLines(whole)) say(line)
    else if (!quiet || code > 0) sayJson(jsonEnding(whole))
    return code
  })
  return { session, exitCode }
}
