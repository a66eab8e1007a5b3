import type { RawOutgoing } from './codec.ts'
import { describe, HoldfastError } from './errors.ts'

/** Owned data: nobody else can change it. */
export type OwnedData = string | ArrayBuffer | Uint8Array<ArrayBuffer> | Blob

/**
 * The length of a text in UTF-8, in bytes. A lone surrogate counts 3: it is sent as U+FFFD
 * (WHATWG WebSockets takes a USVString).
 */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    if (unit < 0x800) bytes += 1
    else {
      bytes += 2
      // A pair is 4 bytes for 2 units: its first half has brought 3, its second brings 1.
      if (unit >= 0xd800 && Number(text.codePointAt(i)) > 0xffff) i += 1
    }
  }
  return bytes
}

/** Payload bytes, as `bufferedAmount` counts them. */
export function byteLength(data: RawOutgoing): number {
  if (typeof data === 'string') return utf8Length(data)
  return isBlob(data) ? data.size : data.byteLength
}

/** Whether data is longer than a limit, without counting where the answer is plain. */
export function isLongerThan(data: RawOutgoing, limit: number): boolean {
  // A UTF-16 unit takes at most 3 bytes.
  if (typeof data === 'string' && data.length * 3 <= limit) return false
  return byteLength(data) > limit
}

/**
 * A copy of what a caller could change after `send()`; text and Blobs cannot be changed.
 *
 * @throws HoldfastError `ENCODE` for anything that a WebSocket cannot send.
 */
export function own(data: unknown): OwnedData {
  if (typeof data === 'string') return data
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  if (isArrayBuffer(data)) return data.slice(0)
  if (isBlob(data)) return data
  throw new HoldfastError(
    'ENCODE',
    `Expected a string, an ArrayBuffer, a view or a Blob; got ${describe(data)}. json() encodes others.`,
  )
}

// By tag, not by instanceof: data may come from another realm (an iframe, a test environment).
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]'
}

export function isBlob(value: unknown): value is Blob {
  const tag = Object.prototype.toString.call(value)
  return tag === '[object Blob]' || tag === '[object File]'
}
