import { isBlob } from '../bytes.ts'
import type { OutboxStorage } from '../storage/outbox-storage.ts'
import type { StoredMessage } from '../storage/stored-message.ts'

/** As the core puts them: rising, and above 0. */
export const FIRST = 1_700_000_000_000_000
/** How long a message may take to come to its next owner, in ms. */
const PATIENCE = 5_000

export function message(place: number, data: string): StoredMessage {
  return { order: FIRST + place, data }
}

export function open(storage: OutboxStorage): Promise<readonly StoredMessage[]> {
  return storage.open(() => undefined)
}

/** Opens, writes and closes; returns what was handed out. */
export async function life(
  storage: OutboxStorage,
  ...writes: (readonly StoredMessage[])[]
): Promise<string[]> {
  const messages = await open(storage)
  for (const put of writes) await storage.write({ put, remove: [] })
  await storage.close()
  return textsOf(messages)
}

export function textsOf(messages: readonly StoredMessage[]): string[] {
  return messages.map(({ data }) => String(data))
}

/** Kind and content of data. */
export function described(messages: readonly Pick<StoredMessage, 'data'>[]): Promise<string[]> {
  return Promise.all(
    messages.map(async ({ data }) => {
      if (typeof data === 'string') return `text ${data}`
      if (isBlob(data)) return `Blob ${await data.text()}`
      return `${ArrayBuffer.isView(data) ? 'Uint8Array' : 'ArrayBuffer'} ${new Uint8Array(data)}`
    }),
  )
}

export function rising(messages: readonly StoredMessage[]): void {
  const orders = messages.map(({ order }) => order)
  equal(
    orders,
    [...new Set(orders)].sort((a, b) => a - b),
    'orders',
  )
}

export function equal(got: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(got), JSON.stringify(expected)]
  if (left !== right) throw new Error(`The contract is broken: ${what} must be ${right}; got ${left}.`)
}

export async function until(isTrue: () => boolean, problem: string): Promise<void> {
  const end = Date.now() + PATIENCE
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`The contract is broken: ${problem}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
