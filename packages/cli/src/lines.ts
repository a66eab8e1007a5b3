/** In UTF-16 code units; without a limit an input without line ends would fill the memory. */
export const LONGEST = 16 * 1024 * 1024

/** Stands for a line that is too long, of which nothing is kept. */
export const TOO_LONG: unique symbol = Symbol('too long')

export type Line = string | typeof TOO_LONG

/** Cuts a text that comes in pieces into lines. */
export class LineSplitter {
  readonly #longest: number
  readonly #decoder = new TextDecoder()
  #rest = ''
  /** What comes until the line ends belongs to one that is too long. */
  #isSkipping = false

  constructor(longest: number = LONGEST) {
    this.#longest = longest
  }

  /** The lines that are complete now, without their ends. */
  push(chunk: Uint8Array): Line[] {
    const [first = '', ...more] = this.#decoder.decode(chunk, { stream: true }).split('\n')
    const lines: Line[] = []
    // Only what is new was searched: a line of many chunks takes no longer than many lines.
    this.#add(first, lines)
    for (const piece of more) {
      this.#complete(lines)
      this.#add(piece, lines)
    }
    return lines
  }

  /** What is left when the input ends: a last line without an end. */
  end(): Line[] {
    const lines: Line[] = []
    this.#add(this.#decoder.decode(), lines)
    if (this.#rest !== '') this.#complete(lines)
    return lines
  }

  #add(text: string, lines: Line[]): void {
    if (this.#isSkipping) return
    this.#rest += text
    if (this.#rest.length <= this.#longest || withoutReturn(this.#rest).length <= this.#longest) return
    // Now, and not when it ends: it may never end.
    lines.push(TOO_LONG)
    this.#rest = ''
    this.#isSkipping = true
  }

  #complete(lines: Line[]): void {
    if (!this.#isSkipping) lines.push(withoutReturn(this.#rest))
    this.#rest = ''
    this.#isSkipping = false
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
