import { expect, it, vi } from 'vitest'
import { connectTo } from '../server/client.ts'
import { quirks } from './host.ts'
import { startLine } from './line.ts'

// Few dials fail here: Chromium holds back a page whose dials fail, by seconds from the tenth on.

it('echoes text, bytes and Blobs, and is back after a reset (1006), with the same binaryType', async () => {
  const line = await startLine()
  await line.order('configure', { echo: true })
  const { connection, messages, seen } = connectTo(line.url, { binaryType: 'arraybuffer' })
  await seen('open')
  for (let round = 1; round <= 2; round++) {
    connection.send(`text ${round}, grüße 🙂`)
    connection.send(new TextEncoder().encode(`xx bytes ${round}`).subarray(3))
    connection.send(new Blob([`blob ${round}`]))
    await vi.waitFor(() => expect(messages).toHaveLength(3 * round), { timeout: 5_000 })
    const [text, ...binary] = messages.slice(3 * (round - 1))
    expect(text).toBe(`text ${round}, grüße 🙂`)
    for (const part of binary) expect(part).toBeInstanceOf(ArrayBuffer)
    const decoder = new TextDecoder()
    expect(binary.map((part) => decoder.decode(part as ArrayBuffer))).toEqual([
      `bytes ${round}`,
      `blob ${round}`,
    ])
    if (round === 2) break
    await line.order('reset')
    const { cause } = await seen('waiting')
    expect(cause).toEqual({ code: 1006, reason: '', wasClean: false, phase: 'open' })
    await seen('open', 2)
  }
  const { received } = await line.report()
  expect(received.map(({ connection: index }) => index)).toEqual([0, 0, 0, 1, 1, 1])
})

it('hands on Blobs by default', async () => {
  const line = await startLine()
  const { messages, seen } = connectTo(line.url, {})
  await seen('open')
  await line.order('sendBytes', 'from the server')
  await vi.waitFor(() => expect(messages).toHaveLength(1), { timeout: 5_000 })
  expect(messages[0]).toBeInstanceOf(Blob)
  expect(await (messages[0] as Blob).text()).toBe('from the server')
})

it('spreads the crowd over 5 s after a restart (1001), and comes back', async () => {
  const line = await startLine()
  const { seen } = connectTo(line.url, {})
  await seen('open')
  await line.order('restart', 1001, 'deploy')
  const { cause, delay } = await seen('waiting')
  expect(cause).toEqual({ code: 1001, reason: 'deploy', wasClean: true, phase: 'open' })
  expect(delay).toBe(0.01 * 5_000)
  await seen('open', 2)
})

const NEW_CODES = [
  { code: 1012, delay: 5_000 + 0.01 * 25_000 },
  { code: 1013, delay: 30_000 + 0.01 * 4_000 },
]

it.each([...(quirks.refusesNewCodes ? [] : NEW_CODES), { code: 4000, delay: 0.01 * 4_000 }])(
  'comes back after $code when its delay is over, or at open()',
  async ({ code, delay }) => {
    const line = await startLine()
    const { connection, seen } = connectTo(line.url, {})
    await seen('open')
    await line.order('closeAll', code, 'why')
    const waiting = await seen('waiting')
    expect(waiting.cause).toEqual({ code, reason: 'why', wasClean: true, phase: 'open' })
    expect(waiting.delay).toBe(delay)
    connection.open()
    await seen('open', 2)
  },
)

it('stops at 4403', async () => {
  const line = await startLine()
  const { seen } = connectTo(line.url, {})
  await seen('open')
  await line.order('closeAll', 4403, 'not for you')
  expect(await seen('closed')).toMatchObject({
    by: 'verdict',
    code: 4403,
    reason: 'not for you',
    wasClean: true,
  })
})

it('takes an HTTP 401 for a failed attempt with 1006', async () => {
  const line = await startLine()
  await line.order('refuseWith', 401)
  const { errors, seen } = connectTo(line.url, {})
  const { cause } = await seen('waiting')
  expect(cause).toEqual({ code: 1006, reason: '', wasClean: false, phase: 'connecting' })
  await line.order('refuseWith')
  await seen('open')
  expect(errors).toEqual([])
})

it('ends a handshake that hangs by connectTimeout, and the next one works', async () => {
  const line = await startLine()
  await line.order('hangHandshake', true)
  const { seen } = connectTo(line.url, { connectTimeout: 2_000 })
  await line.until({ handshakes: 1 })
  await line.order('hangHandshake', false)
  const { cause } = await seen('waiting')
  expect(cause).toMatchObject({ code: 1006, phase: 'connecting', local: 'timeout' })
  // Chromium holds it back until the hung one to the same host is closed.
  await seen('open')
  if (quirks.keepsHungHandshakes) return
  // A dial that came too late may be accepted, and is dropped: in the end there is one.
  const isAlone = async () => expect(await line.report()).toMatchObject({ connections: 1 })
  await vi.waitFor(isAlone, { timeout: 5_000 })
})

it('tries while it is refused, and is back when it is let in', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, {})
  await seen('open')
  await line.order('refuse', true)
  await line.order('reset')
  await seen('waiting')
  connection.send('kept')
  expect((await seen('waiting', 2)).cause.phase).toBe('connecting')
  await line.order('refuse', false)
  const { received } = await line.until({ received: 1 })
  expect(received).toEqual([{ connection: 1, isBinary: false, head: 'kept', bytes: 4 }])
})

it('offers the subprotocols at every handshake, and tells the chosen one', async () => {
  const line = await startLine()
  await line.order('configure', { protocol: 'v2' })
  const { connection, seen } = connectTo(line.url, { protocols: ['v1', 'v2'] })
  expect((await seen('open')).protocol).toBe('v2')
  await line.order('cut')
  await seen('open', 2)
  expect(connection.protocol).toBe('v2')
  const { protocolsOffered } = await line.report()
  expect(protocolsOffered).toEqual([
    ['v1', 'v2'],
    ['v1', 'v2'],
  ])
})
