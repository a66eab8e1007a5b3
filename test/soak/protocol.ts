import type { Codec, StandardSchemaV1 } from '@holdfast/core'

/** What a client says. */
export type Up =
  | { readonly kind: 'message' | 'request'; readonly id: number; readonly padding?: string }
  | { readonly kind: 'sign-in'; readonly token: string }
  | { readonly kind: 'subscribe' | 'unsubscribe' | 'ping' }

/** What the server says. */
export type Down =
  | { readonly kind: 'acknowledged'; readonly ids: readonly number[] }
  | { readonly kind: 'answer' | 'news'; readonly id: number }
  | { readonly kind: 'signed-in' | 'refused' | 'pong' }

export function isDown(value: unknown): value is Down {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'kind') === 'string'
}

/** Checks in a microtask, as schemas that are asynchronous do: the order of messages must survive that. */
export const schema: StandardSchemaV1<unknown, Down> = {
  '~standard': {
    version: 1,
    vendor: 'soak',
    validate: async (value) => (isDown(value) ? { value } : { issues: [{ message: 'no such message' }] }),
  },
}

const encoder = new TextEncoder()

/** Binary up, text down. */
export const binaryUp: Codec<Down, Up> = {
  encode: (message) => encoder.encode(JSON.stringify(message)),
  decode: (data) => JSON.parse(String(data)),
}

/** The id of a message on its way up; undefined for all that is none. Looks at the head only: it may be long. */
export function idOnWire(data: unknown): number | undefined {
  const head = typeof data === 'string' ? data.slice(0, 48) : headOf(data)
  const id = /^\{"kind":"message","id":(\d+)/.exec(head)?.[1]
  return id === undefined ? undefined : Number(id)
}

function headOf(data: unknown): string {
  if (data instanceof ArrayBuffer) return Buffer.from(data, 0, Math.min(48, data.byteLength)).toString()
  if (!ArrayBuffer.isView(data)) return ''
  return Buffer.from(data.buffer, data.byteOffset, Math.min(48, data.byteLength)).toString()
}
