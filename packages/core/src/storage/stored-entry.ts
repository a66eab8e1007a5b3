import type { Codec } from '../codec.ts'
import { Entry } from '../entry.ts'
import { isThenable } from '../thenable.ts'
import type { StoredMessage } from './stored-message.ts'

/** As a storage keeps it. */
export function storedMessage({ storedAs, data, key, id, expiresAt }: Entry): StoredMessage {
  return {
    order: storedAs,
    data,
    ...(key === undefined ? {} : { key }),
    ...(id === undefined ? {} : { id }),
    ...(expiresAt === Infinity ? {} : { expiresAt }),
  }
}

/** A message of another life. What the user gave is not kept: it is told as the codec reads it. */
export function restoredEntry(
  { order, data, ...details }: StoredMessage,
  codec: Codec<unknown, never>,
): Entry {
  const entry = new Entry(readBack(data, codec), data, details)
  entry.storedAs = order
  return entry
}

function readBack(data: Entry['data'], codec: Codec<unknown, never>): unknown {
  try {
    const message = codec.decode(ArrayBuffer.isView(data) ? bufferOf(data) : data)
    if (!isThenable(message)) return message
    Promise.resolve(message).catch(() => undefined)
    return data
  } catch {
    return data
  }
}

/** What is written as bytes is read as a buffer; theirs may be part of a larger one. */
function bufferOf(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : new Uint8Array(bytes).buffer
}
