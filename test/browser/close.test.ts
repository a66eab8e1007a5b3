import { expect, it, vi } from 'vitest'
import { connectTo } from '../server/client.ts'
import { quirks } from './host.ts'
import { startLine } from './line.ts'

it('tells both sides the same code and reason', async () => {
  const line = await startLine()
  const { connection, states, seen } = connectTo(line.url, {})
  await seen('open')
  const report = await connection.close(4001, 'grüße')
  expect(report).toMatchObject({ code: 4001, reason: 'grüße', wasClean: true, undelivered: [] })
  const { closed } = await line.until({ closed: 1 })
  expect(closed).toEqual([{ connection: 0, code: 4001, reason: 'grüße' }])
  expect(states.map(({ status }) => status)).toEqual(['idle', 'connecting', 'open', 'closing', 'closed'])
})

it('sends no code where none is given: 1005', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, {})
  await seen('open')
  expect(await connection.close()).toMatchObject({ code: 1005, wasClean: true })
  const { closed } = await line.until({ closed: 1 })
  expect(closed).toMatchObject([{ code: 1005 }])
})

it('sends a reason without a code with 1000, as RFC 6455 needs one', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, {})
  await seen('open')
  expect(await connection.close(undefined, 'done')).toMatchObject({ code: 1000, reason: 'done' })
})

it.each([
  ['code 1001', 1001, ''],
  ['code 2999', 2999, ''],
  ['code 5000', 5000, ''],
  ['a reason of 124 bytes', 1000, 'x'.repeat(124)],
  ['a reason of 62 characters and 124 bytes', 1000, 'ü'.repeat(62)],
] as const)('refuses %s, as the native class does, and stays open', async (_, code, reason) => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, {})
  await seen('open')
  expect(() => connection.close(code, reason)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
  expect(connection.state.status).toBe('open')
  const native = new WebSocket(line.url)
  expect(() => native.close(code, reason)).toThrow(DOMException)
  native.close()
})

it('lets what was sent right before it arrive: queue, bytes and Blobs', async () => {
  const line = await startLine()
  await line.order('throttle', 4_000_000)
  const { connection, seen } = connectTo(line.url, {})
  await seen('open')
  for (let i = 0; i < 1_000; i++) connection.send(`${i};`.padEnd(1_024, '.'))
  connection.send(new Blob(['blob']))
  connection.send('last')
  const report = await connection.close(1000, 'done')
  expect(report).toMatchObject({ code: 1000, reason: 'done', wasClean: true, undelivered: [] })
  const { received } = await line.report()
  expect(received).toHaveLength(1_002)
  expect(received.slice(-2).map(({ head }) => head)).toEqual(['blob', 'last'])
})

it('ends within closeTimeout where the peer never answers', async () => {
  const line = await startLine()
  await line.order('configure', { silentClose: true })
  const { connection, seen } = connectTo(line.url, { closeTimeout: 200 })
  await seen('open')
  const start = performance.now()
  expect(await connection.close(1000)).toEqual({
    code: 1006,
    reason: '',
    wasClean: false,
    undelivered: [],
    unconfirmed: [],
  })
  const took = performance.now() - start
  expect(took).toBeGreaterThan(190)
  expect(took).toBeLessThan(2_000)
})

it('reports what a peer that stalls kept from being written', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, {
    closeTimeout: 200,
    queue: { maxBytes: 64 * 1024 * 1024 },
  })
  await seen('open')
  await line.order('stall', true)
  const messages = Array.from({ length: 320 }, (_, index) => `${index};`.padEnd(64 * 1024, '.'))
  for (const message of messages) connection.send(message)
  const { undelivered, wasClean } = await connection.close(1000, '', { drainTimeout: 300 })
  const written = messages.length - undelivered.length
  expect(written).toBeGreaterThan(0)
  expect(undelivered.length).toBeGreaterThan(64)
  expect(undelivered).toEqual(messages.slice(written))
  expect(wasClean).toBe(false)
  await line.order('stall', false)
  const { received } = await line.until({ received: written, closed: 1 }, 10_000)
  expect(received).toHaveLength(written)
})

it('gives up a dial that is under way', async () => {
  const line = await startLine()
  await line.order('hangHandshake', true)
  const { connection } = connectTo(line.url, {})
  connection.send('never sent')
  await line.until({ handshakes: 1 })
  expect(await connection.close()).toMatchObject({ code: 1006, undelivered: ['never sent'] })
  if (quirks.keepsHungHandshakes) return
  await vi.waitFor(async () => expect((await line.report()).connections).toBe(0), { timeout: 5_000 })
})

it('opens again afterwards: a new life', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, {})
  await seen('open')
  void connection.close(1000)
  connection.open()
  await seen('open', 2)
  connection.send('again')
  const { received } = await line.until({ received: 1 })
  expect(received).toMatchObject([{ connection: 1, head: 'again' }])
})
