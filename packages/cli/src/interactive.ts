import type { ReadStream, WriteStream } from 'node:tty'
import type { Settings } from './arguments.ts'
import { endingLines, exitCodeOf } from './ending.ts'
import type { Run } from './piped.ts'
import { Screen } from './screen.ts'
import { Session, standingOf } from './session.ts'
import { describe, GOODBYE, statusLine } from './status.ts'
import { counted, jsonRefusal, shown } from './text.ts'

/** How often the countdown is looked at, in ms. */
const TICK = 250

/** A person types lines, and reads what comes. */
export function interact(settings: Settings, stdin: ReadStream, stdout: WriteStream): Run {
  const { json, quiet } = settings
  const note = (text: string): void => screen.print(`* ${text}`)
  const session = new Session(settings, {
    // Further lines are indented: no server can fake a note of ours.
    onMessage: (data) => screen.print(`< ${shown(data, json).replaceAll('\n', '\n  ')}`),
    onEvent(event) {
      const text = describe(event, standingOf(session, settings))
      if (text !== undefined && !quiet) note(text)
      else screen.refresh()
    },
    onGoodbye: () => note(GOODBYE),
  })
  const screen = new Screen(stdin, stdout, {
    status: () => statusLine(session.connection.state, standingOf(session, settings), Date.now()),
    onLine(line) {
      const why = line === '' ? '' : json ? jsonRefusal(line) : undefined
      if (why === undefined) trySend(line)
      else if (why !== '') note(why)
    },
    onEnd() {
      const { queued } = session.connection.outbox
      if (queued > 0) note(`${counted(queued, 'message')} to send before the end; Ctrl-C gives up`)
      session.finish()
    },
    onInterrupt: () => session.interrupt('SIGINT'),
  })
  const trySend = (line: string): void => {
    try {
      session.send(line)
    } catch (error) {
      note(`not sent: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const ticker = setInterval(() => screen.refresh(), TICK)
  const exitCode = session.outcome.then((outcome) => {
    clearInterval(ticker)
    screen.end()
    for (const line of endingLines(outcome)) note(line)
    return exitCodeOf(outcome)
  })
  return { session, exitCode }
}
