import { afterEach, describe, expect, it, vi } from 'vitest'
import { storageOf } from '../../../test/unit/storage-of.ts'
import { type Auth, connect, constant, firstMessage, json, queryParameter, subprotocol } from './index.ts'
import type { OutboxStorage } from './storage/outbox-storage.ts'
import { fakeServer, memoryOutbox, virtualClock } from './testing/index.ts'

const TOKEN = 'mArKeR-0123456789'

const signIn = firstMessage<{ type: string }>({
  create: (token) => ({ type: 'sign-in', token }),
  accepted: ({ type }) => type === 'welcome',
  refused: ({ type }) => type === 'go-away',
})

/** A storage, and all that was ever to be put into it. */
function noted() {
  const storage = memoryOutbox()
  const written: unknown[] = []
  const outbox = storageOf({
    open: (adopt) => storage.open(adopt),
    write(changes) {
      written.push(...changes.put)
      return storage.write(changes)
    },
    close: () => storage.close(),
  })
  return { outbox, written }
}

/** Signs in, is cut, refused, renewed and moved, while messages wait; resolves with what has left. */
async function suffer(via: Auth['via'], storage: OutboxStorage): Promise<string> {
  const clock = virtualClock()
  const server = fakeServer(/^/, { clock, latency: 1 })
  const connection = connect('wss://fake.test', {
    codec: json<{ type: string }, unknown>(),
    reconnect: { backoff: constant(1_000) },
    heartbeat: { message: () => ({ type: 'ping' }), interval: 5_000 },
    queue: { storage },
    auth: { via, token: () => ({ value: TOKEN, expiresAt: clock.now() + 60_000 }), renewBy: 'handover' },
    environment: { ...clock.environment, WebSocket: server.WebSocket, random: () => 0.5 },
  })
  for (const code of [1006, 4401, 1001, 4401, 4401]) {
    // Nobody is there at first: what is sent waits, and is stored.
    server.refuse()
    connection.send({ type: 'say' })
    await clock.advance(3_000)
    server.accept()
    await clock.advance(3_000)
    server.send('{"type":"welcome"}')
    await clock.advance(40_000)
    server.send('{"type":"go-away"}')
    server.drop(code)
    connection.open()
  }
  await Promise.all([connection.close(), clock.advance(10_000)])
  return JSON.stringify([server.messages, server.connections.map(({ url, protocols }) => [url, protocols])])
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each([
  ['queryParameter', queryParameter()],
  ['subprotocol', subprotocol()],
  ['firstMessage', signIn],
])('a token that travels by %s', (_, via) => {
  it('is never stored with the messages that wait', async () => {
    const { outbox, written } = noted()
    expect(await suffer(via, outbox)).toContain(TOKEN)
    expect(JSON.stringify(written)).toContain('say')
    expect(JSON.stringify(written)).not.toContain(TOKEN)
  })

  it('is never printed, and nothing else is', async () => {
    const methods = ['debug', 'info', 'log', 'warn', 'error', 'trace', 'table', 'dir'] as const
    const spies = methods.map((method) => vi.spyOn(console, method).mockImplementation(() => undefined))
    await suffer(via, noted().outbox)
    expect(spies.flatMap(({ mock }) => mock.calls)).toEqual([])
  })
})

describe('a token over ws: to a host that is not loopback', () => {
  it('travels only where allowInsecure says so', async () => {
    const clock = virtualClock()
    const server = fakeServer(/^/, { clock, latency: 1 })
    const environment = { ...clock.environment, WebSocket: server.WebSocket }
    const auth: Auth = { via: queryParameter(), token: () => TOKEN }
    const insecure = () => connect('ws://fake.test', { auth, environment })
    expect(insecure).toThrow(expect.objectContaining({ code: 'INSECURE' }))
    connect('ws://fake.test', { auth: { ...auth, allowInsecure: true }, environment })
    await clock.advance(1)
    expect(server.connections.map(({ url }) => url)).toEqual([`ws://fake.test/?access_token=${TOKEN}`])
  })
})
