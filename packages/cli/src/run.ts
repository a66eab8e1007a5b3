import type { Readable, Writable } from 'node:stream'
import { ReadStream, WriteStream } from 'node:tty'
import type { Settings } from './arguments.ts'
import { interact } from './interactive.ts'
import { pipe } from './piped.ts'
import type { Signal } from './session.ts'

/** The parts of `process` that it works with. */
export interface Host {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Readonly<Record<string, string | undefined>>
  on(signal: Signal, listener: (signal: Signal) => void): unknown
}

const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Resolves with the exit code.
 *
 * @throws HoldfastError `CONFIGURATION`, `INSECURE` for what the core does not take.
 */
export async function run(settings: Settings, host: Host): Promise<number> {
  const { stdin, stdout, stderr, env } = host
  const isTerminal = stdin instanceof ReadStream && stdout instanceof WriteStream && env.TERM !== 'dumb'
  const { session, exitCode } = isTerminal ? interact(settings, stdin, stdout) : pipe(settings, host)
  for (const signal of SIGNALS) host.on(signal, () => session.interrupt(signal))
  // A reader that has gone (`| head`): there is nobody left to receive for.
  stdout.on('error', () => session.stop())
  stderr.on('error', () => {})
  return exitCode
}
