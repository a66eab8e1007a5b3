import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { inject, onTestFinished } from 'vitest'
import type { TestServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

/** How long a condition may take to come true, in ms: a process has to start, on a machine that has other work. */
export const PATIENCE = 15_000

/** The program at work, and what it has written so far. */
export class Program {
  readonly process: ChildProcess
  stdout = ''
  stderr = ''
  readonly #exit: Promise<number | null>

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, [inject('cli'), ...args], {
      env: { ...process.env, ...env },
    })
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    // It may have gone before it has read all.
    this.process.stdin?.on('error', () => {})
    // Unlike 'exit', when all that it wrote is here.
    this.#exit = once(this.process, 'close').then(([code]) => code)
    onTestFinished(() => {
      if (this.process.exitCode === null) this.process.kill('SIGKILL')
    })
  }

  write(text: string | Uint8Array): void {
    this.process.stdin?.write(text)
  }

  /** Ends stdin, after a last text. */
  end(text = ''): void {
    this.process.stdin?.end(text)
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal)
  }

  exitCode(): Promise<number | null> {
    return this.#exit
  }

  /** The lines of stdout. */
  get lines(): string[] {
    return this.stdout.split('\n').slice(0, -1)
  }

  /** The JSON lines of stderr. */
  get events(): { event: string; [key: string]: unknown }[] {
    return this.stderr
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  }

  /** Resolves once stderr has this. */
  async tells(text: string): Promise<void> {
    await waitFor(() => this.stderr.includes(text), { what: `'${text}' on stderr`, timeout: PATIENCE })
  }
}

/**
 * Resolves with a function that waits until the program knows that the server has read so many messages. For its
 * first connection, once it is open and before anything is sent.
 */
export async function watchPings(
  server: TestServer,
  program: Program,
): Promise<(count: number) => Promise<void>> {
  await server.waitFor(({ connections }) => connections.length === 1, PATIENCE)
  const pings: string[] = []
  server.connections[0]?.on('ping', (data) => pings.push(String(data)))
  return async (count) => {
    await waitFor(() => pings.includes(String(count)), { timeout: PATIENCE })
    // Comes behind the pong.
    server.sendAll('pong sent')
    await waitFor(() => program.stdout.endsWith('pong sent\n'), { timeout: PATIENCE })
  }
}

/** Runs the program until it ends by itself. */
export async function runToEnd(
  args: readonly string[],
  input = '',
  env?: Readonly<Record<string, string>>,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const program = new Program(args, env)
  program.end(input)
  const exitCode = await program.exitCode()
  return { exitCode, stdout: program.stdout, stderr: program.stderr }
}
