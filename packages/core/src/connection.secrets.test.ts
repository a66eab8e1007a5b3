import { inspect } from 'node:util'
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

describe('a token in a sign-in message that cannot be sent', () => {
  /** A codec that quotes what it does not take, and all that is told of it. */
  async function refusing(isBad: (message: unknown) => boolean) {
    const clock = virtualClock()
    const server = fakeServer(/^/, { clock, latency: 1 })
    const told: unknown[] = []
    const connection = connect('wss://fake.test', {
      codec: {
        encode(message: unknown) {
          const text = JSON.stringify(message)
          if (isBad(message)) throw new Error(`cannot encode ${text}`)
          return text
        },
        decode: (data) => JSON.parse(String(data)),
      },
      auth: { via: signIn, token: () => ({ value: TOKEN, expiresAt: clock.now() + 60_000 }) },
      environment: {
        ...clock.environment,
        WebSocket: server.WebSocket,
        reportError: (error) => told.push(error),
      },
    })
    connection.state$.subscribe((state) => told.push(state))
    connection.events$.subscribe((event) => told.push(event))
    connection.errors$.subscribe((error) => told.push(error))
    await clock.advance(5)
    return { clock, server, told: () => inspect(told, { depth: Infinity, showHidden: true }) }
  }

  it('is in no error, event or state, where it signs in', async () => {
    const { told } = await refusing(() => true)
    expect(told()).toContain('The codec could not encode a message.')
    expect(told()).not.toContain(TOKEN)
  })

  it('is in none where it is renewed', async () => {
    let isOpen = false
    const { clock, server, told } = await refusing(() => isOpen)
    server.send('{"type":"welcome"}')
    isOpen = true
    await clock.advance(40_000)
    expect(told()).toContain('The codec could not encode a message.')
    expect(told()).not.toContain(TOKEN)
  })

  it('is in none where the native class quotes it', async () => {
    const { clock, server, told } = await refusing(() => false)
    server.send('{"type":"welcome"}')
    server.connection.socket.send = (data) => {
      throw new Error(`cannot send ${data}`)
    }
    await clock.advance(40_000)
    expect(told()).toContain('its message was refused')
    expect(told()).not.toContain(TOKEN)
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
