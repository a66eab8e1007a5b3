import { spawn } from 'node:child_process'
import { once } from 'node:events'
import xterm from '@xterm/headless'
import { inject, onTestFinished } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { PATIENCE } from './program.ts'

const COLUMNS = 60
const ROWS = 24

/** The program in a pseudo-terminal, of which a terminal emulator makes the picture that a person sees. */
export class Terminal {
  readonly #emulator = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true })
  readonly #script: ReturnType<typeof spawn>
  readonly #exit: Promise<number | null>

  constructor(args: readonly string[]) {
    const words = [process.execPath, inject('cli'), ...args].map((word) => `'${word}'`)
    const command = `stty rows ${ROWS} cols ${COLUMNS}; exec ${words.join(' ')}`
    // In every Debian (bsdutils is essential there): its child finds itself in a terminal.
    this.#script = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm-256color', SHELL: '/bin/sh' },
    })
    this.#script.stdout?.on('data', (data: Buffer) => this.#emulator.write(data))
    this.#script.stdin?.on('error', () => {})
    this.#exit = once(this.#script, 'close').then(([code]) => code)
    onTestFinished(() => {
      if (this.#script.exitCode === null) this.#script.kill()
      this.#emulator.dispose()
    })
  }

  type(keys: string): void {
    this.#script.stdin?.write(keys)
  }

  /** Resolves once all that it wrote is in the picture. */
  async exitCode(): Promise<number | null> {
    const code = await this.#exit
    // The emulator reads what it is given later.
    await new Promise<void>((resolve) => this.#emulator.write('', resolve))
    return code
  }

  /** The lines from the first one ever to the cursor's, without blanks at their ends. */
  get lines(): string[] {
    const { active } = this.#emulator.buffer
    const lines: string[] = []
    for (let row = 0; row <= active.baseY + active.cursorY; row += 1) {
      const line = active.getLine(row)
      const text = line?.translateToString(true) ?? ''
      if (line?.isWrapped) lines.push(`${lines.pop()}${text}`)
      else lines.push(text)
    }
    return lines.map((line) => line.trimEnd())
  }

  /** Resolves once the last lines are these. */
  async shows(...expected: (string | RegExp)[]): Promise<void> {
    const fits = (): boolean => {
      const last = this.lines.slice(-expected.length)
      return expected.every((one, index) => {
        const line = last[index]
        return typeof one === 'string' ? line === one : line !== undefined && one.test(line)
      })
    }
    await waitFor(fits, { timeout: PATIENCE }).catch((cause: unknown) => {
      throw new Error(
        `Not at the end of the terminal: ${expected.join('\n')}\nbut: ${this.lines.join('\n')}`,
        {
          cause,
        },
      )
    })
  }
}
