import type { Readable, Writable } from 'node:stream'
import type { Settings } from './arguments.ts'
import { pipe } from './piped.ts'
import type { Signal } from './session.ts'

/** The parts of `process` that it works with. */
export interface Host {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  on(signal: Signal, listener: (signal: Signal) => void): unknown
}

const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Resolves with the exit code.
 *
 * @throws HoldfastError `CONFIGURATION`, `INSECURE` for what the core does not take.
 */
export async function run(settings: Settings, host: Host): Promise<number> {
  const { session, exitCode } = pipe(settings, host)
  for (const signal of SIGNALS) host.on(signal, () => session.interrupt(signal))
  // A reader that has gone (`| head`): there is nobody left to receive for.
  host.stdout.on('error', () => session.stop())
  host.stderr.on('error', () => {})
  return exitCode
}
