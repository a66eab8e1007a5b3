/** In UTF-16 code units; without a limit an input without line ends would fill the memory. */
const LONGEST = 16 * 1024 * 1024

/** Cuts a text that comes in pieces into lines. */
export class LineSplitter {
  readonly #decoder = new TextDecoder()
  #rest = ''

  /**
   * The lines that are complete now, without their ends.
   *
   * @throws RangeError for a line that is too long.
   */
  push(chunk: Uint8Array): string[] {
    const [first = '', ...more] = this.#decoder.decode(chunk, { stream: true }).split('\n')
    // Only what is new was searched: a line of many chunks takes no longer than many lines.
    this.#rest += first
    if (this.#rest.length > LONGEST) throw new RangeError('A line is longer than 16 MiB.')
    if (more.length === 0) return []
    const lines = [this.#rest, ...more]
    this.#rest = lines.pop() ?? ''
    return lines.map(withoutReturn)
  }

  /** What is left when the input ends: a last line without an end. */
  end(): string[] {
    const rest = this.#rest + this.#decoder.decode()
    this.#rest = ''
    return rest === '' ? [] : [withoutReturn(rest)]
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
