import { expect, it, vi } from 'vitest'
import { connectTo } from '../server/client.ts'
import { recorded } from '../server/recorded-socket.ts'
import { quirks } from './host.ts'
import { startLine } from './line.ts'

const KIB = 1024

/** Numbered messages of one length. */
function numbered(count: number, length: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index};`.padEnd(length, '.'))
}

function numbersOf(received: readonly { head: string }[]): number[] {
  return received.map(({ head }) => Number.parseInt(head, 10))
}

it('drains 10,000 × 1 KiB that came while down, in order, once, under the high-water mark', async () => {
  const line = await startLine()
  const { WebSocket, ...recording } = withPeak()
  await line.order('refuse', true)
  const { connection, seen } = connectTo(line.url, { environment: { WebSocket } })
  await seen('waiting')
  for (const message of numbered(10_000, KIB)) connection.send(message)
  expect(connection.bufferedAmount).toBe(10_000 * KIB)
  await line.order('refuse', false)
  const { received } = await line.until({ received: 10_000 }, 20_000)
  expect(numbersOf(received)).toEqual([...Array(10_000).keys()])
  expect(new Set(received.map(({ bytes }) => bytes))).toEqual(new Set([KIB]))
  expect(connection.outbox).toMatchObject({ queued: 0, accepted: 10_000, written: 10_000, dropped: 0 })
  expect(recording.peak()).toBeLessThanOrEqual(256 * KIB + KIB)
})

it.skipIf(quirks.hidesItsBuffer)(
  'holds back from a reader that stalls, and delivers everything when it reads on',
  async () => {
    const line = await startLine()
    const { WebSocket, ...recording } = withPeak()
    const highWaterMark = 256 * KIB
    const { connection, seen } = connectTo(line.url, {
      environment: { WebSocket },
      queue: { highWaterMark, maxBytes: 64 * KIB * KIB },
    })
    await seen('open')
    await line.order('stall', true)
    const count = 320
    for (const message of numbered(count, 64 * KIB)) connection.send(message)
    // The buffers of the kernel and of the network process fill first; then nothing moves for a while.
    let [queued, since] = [connection.outbox.queued, performance.now()]
    await vi.waitUntil(
      () => {
        if (connection.outbox.queued < queued) [queued, since] = [connection.outbox.queued, performance.now()]
        return performance.now() - since > 300
      },
      { timeout: 10_000, interval: 10 },
    )
    const { queuedBytes, nativeBufferedAmount } = connection.outbox
    expect(queuedBytes).toBeGreaterThanOrEqual(4 * KIB * KIB)
    expect(nativeBufferedAmount).toBeGreaterThan(0)
    expect(nativeBufferedAmount).toBeLessThanOrEqual(highWaterMark + 64 * KIB)
    expect(connection.bufferedAmount).toBe(queuedBytes + nativeBufferedAmount)
    await line.order('stall', false)
    const { received } = await line.until({ received: count }, 20_000)
    expect(numbersOf(received)).toEqual([...Array(count).keys()])
    expect(recording.peak()).toBeLessThanOrEqual(highWaterMark + 64 * KIB)
    await vi.waitFor(() => expect(connection.bufferedAmount).toBe(0), { timeout: 5_000 })
  },
)

it('counts payload bytes in bufferedAmount, as the native class', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, {})
  connection.send('grüße')
  connection.send(new Uint8Array(100))
  connection.send(new Blob(['12345']))
  expect(connection.bufferedAmount).toBe(7 + 100 + 5)
  await seen('open')
  await vi.waitFor(() => expect(connection.bufferedAmount).toBe(0), { timeout: 5_000 })
  // Sent past the queue: it shows in the native class until this task ends.
  connection.send('🙂')
  expect(connection.bufferedAmount).toBe(4)
  const { received } = await line.until({ received: 4 })
  expect(received.map(({ bytes }) => bytes)).toEqual([7, 100, 5, 4])
})

it('sends a large Blob before the text that came after it', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, {})
  await seen('open')
  connection.send(new Blob(['a'.repeat(4 * KIB * KIB)]))
  connection.send('after it')
  const { received } = await line.until({ received: 2 })
  expect(received.map(({ isBinary, bytes }) => ({ isBinary, bytes }))).toEqual([
    { isBinary: true, bytes: 4 * KIB * KIB },
    { isBinary: false, bytes: 8 },
  ])
})

it('tells a Blob that is slow to read before the text that came after it', async () => {
  const line = await startLine()
  const { messages, seen } = connectTo(line.url, {
    codec: {
      encode: (message) => message,
      decode: (data) => (data instanceof Blob ? data.text() : data),
    },
  })
  await seen('open')
  const long = 'b'.repeat(2 * KIB * KIB)
  await line.order('sendBytes', long)
  await line.order('sendText', 'text')
  await line.order('sendBytes', 'short')
  await vi.waitFor(() => expect(messages).toHaveLength(3), { timeout: 5_000 })
  expect(messages.map((message) => String(message).slice(0, 5))).toEqual(['bbbbb', 'text', 'short'])
})

it('tells the numbers of the queue at most once a frame', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, {})
  await seen('open')
  let isCounting = true
  let frames = 0
  const count = () => {
    frames += 1
    if (isCounting) requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  let told = -1 // The current numbers come at once.
  const subscription = connection.outbox$.subscribe(() => (told += 1))
  for (let batch = 0; batch < 20; batch++) {
    for (let i = 0; i < 50; i++) connection.send('x')
    await new Promise((resolve) => setTimeout(resolve))
  }
  await vi.waitFor(() => expect(told).toBeGreaterThan(0), { timeout: 5_000 })
  await line.until({ received: 1_000 })
  isCounting = false
  subscription.unsubscribe()
  // One may come where no frame is drawn: a page that is hidden gets a timer instead.
  expect(told).toBeLessThanOrEqual(frames + 1)
})

function withPeak() {
  const recording = recorded(WebSocket)
  return { WebSocket: recording.WebSocket, peak: () => recording.peak }
}
