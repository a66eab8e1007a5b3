import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  type Key,
  moveCursor,
} from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'

export interface ScreenHandlers {
  /** The line above the prompt. */
  readonly status: () => string
  readonly onLine: (line: string) => void
  /** Ctrl-D. */
  readonly onEnd: () => void
  /** Ctrl-C. */
  readonly onInterrupt: () => void
}

const PROMPT = '> '

/**
 * A terminal with a status line and a prompt at its end. All else is printed above them, so that neither what
 * comes in nor what is being typed is ever torn apart.
 */
export class Screen {
  readonly #output: WriteStream
  readonly #readline: Interface
  readonly #status: () => string
  readonly #dim: (text: string) => string
  #isOver = false
  /** The status as it is drawn. */
  #drawn = ''

  constructor(
    input: ReadStream,
    output: WriteStream,
    { status, onLine, onEnd, onInterrupt }: ScreenHandlers,
  ) {
    this.#output = output
    this.#status = status
    this.#dim = output.hasColors() ? (text) => `\u001b[2m${text}\u001b[22m` : (text) => text
    this.#readline = createInterface({ input, output, terminal: true, historySize: 1_000 })
    // Before readline's own listener leaves the line behind: without the status it is a record of what was said.
    input.prependListener('keypress', (_: string, key?: Key) => {
      if (!this.#isOver && (key?.name === 'return' || key?.name === 'enter')) this.#draw(PROMPT)
    })
    this.#readline.on('line', (line) => {
      onLine(line)
      this.#draw(this.#prompt())
    })
    this.#readline.on('SIGINT', onInterrupt)
    this.#readline.on('close', () => {
      if (this.#isOver) return
      this.#erase()
      this.#isOver = true
      onEnd()
    })
    this.#draw(this.#prompt())
  }

  /** Prints above the status line; what is being typed stays. */
  print(text: string): void {
    this.#erase()
    this.#output.write(`${text}\n`)
    if (!this.#isOver) this.#draw(this.#prompt(), 0)
  }

  /** Brings the status up to date; draws nothing if that changes nothing. */
  refresh(): void {
    if (!this.#isOver && this.#status() !== this.#drawn) this.#draw(this.#prompt())
  }

  /** Takes status and prompt away, and leaves the terminal as it was. */
  end(): void {
    if (this.#isOver) return
    this.#erase()
    this.#isOver = true
    this.#readline.close()
  }

  #prompt(): string {
    this.#drawn = this.#status()
    return `${this.#dim(this.#drawn)}\n${PROMPT}`
  }

  /** @param rows How far the cursor is below where the drawing begins. */
  #draw(prompt: string, rows: number = this.#readline.getCursorPos().rows): void {
    // What readline goes up by. It counts wrong itself when a line that wraps is pasted.
    Object.assign(this.#readline, { prevRows: rows })
    this.#readline.setPrompt(prompt)
    this.#readline.prompt(true)
  }

  #erase(): void {
    // After the end there is at most the terminal's own echo of Ctrl-C.
    if (!this.#isOver) moveCursor(this.#output, 0, -this.#readline.getCursorPos().rows)
    cursorTo(this.#output, 0)
    clearScreenDown(this.#output)
  }
}
