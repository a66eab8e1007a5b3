/** A frame of a client's, unmasked. */
export interface ClientFrame {
  readonly opcode: number
  readonly payload: Buffer
}

export const TEXT = 0x1
export const CLOSE = 0x8

/** Reads the frames that a client sends (RFC 6455 §5.2), however TCP cuts them. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  read(chunk: Buffer): ClientFrame[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const frames: ClientFrame[] = []
    for (let frame = this.#next(); frame; frame = this.#next()) frames.push(frame)
    return frames
  }

  #next(): ClientFrame | undefined {
    const [first, second] = this.#rest
    if (first === undefined || second === undefined) return undefined
    // RFC 6455 §5.1: a client masks all of them.
    if (second < 0x80) throw new Error('A client sent a frame without a mask.')
    const short = second & 0x7f
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0
    const start = 2 + lengthBytes + 4
    if (this.#rest.length < start) return undefined
    const length =
      lengthBytes === 0 ? short : this.#rest.readUIntBE(lengthBytes === 8 ? 4 : 2, lengthBytes === 8 ? 4 : 2)
    const end = start + length
    if (this.#rest.length < end) return undefined
    const mask = this.#rest.subarray(start - 4, start)
    const payload = Buffer.from(this.#rest.subarray(start, end))
    for (const [index, byte] of payload.entries()) payload[index] = byte ^ (mask[index % 4] ?? 0)
    this.#rest = this.#rest.subarray(end)
    return { opcode: first & 0x0f, payload }
  }
}
