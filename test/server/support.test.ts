import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts'
import { integer, pick, seeded } from '../support/random.ts'
import { createServer, type TestServer } from '../support/server.ts'
import type { ServerOptions } from '../support/server-behaviour.ts'
import { waitFor } from '../support/wait-for.ts'

const execute = promisify(execFile)
const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function startServer(options?: ServerOptions): Promise<TestServer> {
  const server = await createServer(options)
  cleanups.push(() => server.close())
  return server
}

async function startLine(options?: ServerOptions): Promise<{ server: TestServer; proxy: FaultyProxy }> {
  const server = await startServer(options)
  const proxy = await createFaultyProxy(server)
  cleanups.push(() => proxy.close())
  return { server, proxy }
}

interface Client {
  socket: WebSocket
  messages: string[]
  errors: (Error & { code?: string })[]
  closes: number[]
}

/** A plain client that notes everything; `dial` does not wait for it to open. */
function dial(url: string, protocols: string[] = []): Client {
  const socket = new WebSocket(url, protocols)
  const client: Client = { socket, messages: [], errors: [], closes: [] }
  socket.on('message', (data) => client.messages.push(data.toString()))
  socket.on('error', (error) => client.errors.push(error))
  socket.on('close', (code) => client.closes.push(code))
  cleanups.push(() => socket.terminate())
  return client
}

async function open(url: string, protocols?: string[]): Promise<Client> {
  const client = dial(url, protocols)
  await once(client.socket, 'open')
  return client
}

async function closeOf(client: Client): Promise<number | undefined> {
  await waitFor(() => client.closes.length > 0, { what: 'the close event' })
  return client.closes[0]
}

/** Sends until the bytes stay in the process, as the kernel takes no more. Tells how many messages that took. */
async function fill(client: Client, chunk = Buffer.alloc(256 * 1024)): Promise<number> {
  let sent = 0
  await waitFor(
    () => {
      for (let i = 0; i < 8; i++, sent++) client.socket.send(chunk)
      return client.socket.bufferedAmount > 1024 * 1024
    },
    { what: 'bufferedAmount to grow' },
  )
  return sent
}

describe('the faulty proxy', () => {
  it('is transparent without faults', async () => {
    const { server, proxy } = await startLine({ echo: true })
    const client = await open(`${proxy.url}/path?a=1`, ['chat', 'other'])
    client.socket.send('hello')
    client.socket.send(Buffer.from([1, 2]))
    await waitFor(() => client.messages.length === 2)
    expect(server.messages).toEqual(['hello', Buffer.from([1, 2])])
    expect(server.urls).toEqual(['/path?a=1'])
    expect(server.protocolsOffered).toEqual([['chat', 'other']])
    expect(client.socket.protocol).toBe('chat')
    expect([proxy.connections, proxy.accepted]).toEqual([1, 1])
    expect(proxy.swallowed).toEqual({ up: 0, down: 0 })

    client.socket.close(4000, 'done')
    expect(await closeOf(client)).toBe(4000)
    await waitFor(() => proxy.connections === 0)
    await server.waitFor(({ closed }) => closed.length === 1)
    expect(server.closed).toEqual([{ connection: 0, code: 4000, reason: 'done' }])
  })

  it('resets: 1006 at both ends', async () => {
    const { server, proxy } = await startLine()
    const client = await open(proxy.url)
    const raw = connect(proxy.port, '127.0.0.1')
    const failed = once(raw, 'error') // ws keeps the error of the socket to itself
    await waitFor(() => proxy.accepted === 2)
    proxy.reset()
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }])
    expect(await closeOf(client)).toBe(1006)
    await server.waitFor(({ closed }) => closed[0]?.code === 1006)
    await waitFor(() => proxy.connections === 0)
    await open(proxy.url)
  })

  it('cuts: FIN, and 1006 at both ends', async () => {
    const { server, proxy } = await startLine()
    const client = await open(proxy.url)
    const raw = connect(proxy.port, '127.0.0.1')
    const ended = once(raw.resume(), 'end')
    await waitFor(() => proxy.accepted === 2)
    client.socket.send('on its way')
    proxy.cut()
    await ended
    expect(await closeOf(client)).toBe(1006)
    await server.waitFor(({ closed }) => closed[0]?.code === 1006)
    await waitFor(() => proxy.connections === 0)
  })

  it('survives a reset in the moment of a cut', async () => {
    const { proxy } = await startLine()
    const client = await open(proxy.url)
    proxy.cut()
    proxy.reset()
    expect(await closeOf(client)).toBe(1006)
    await proxy.close()
  })

  it('hands on the death of a client, and that of the server', async () => {
    const { server, proxy } = await startLine()
    const first = await open(proxy.url)
    first.socket.terminate()
    await server.waitFor(({ closed }) => closed[0]?.code === 1006)
    const second = await open(proxy.url)
    server.terminateAll()
    expect(await closeOf(second)).toBe(1006)
    await server.close()
    const third = dial(proxy.url)
    expect(await closeOf(third)).toBe(1006)
    await waitFor(() => proxy.connections === 0)
  })

  it('swallows both ways in a black hole, and nobody hears of it', async () => {
    const { server, proxy } = await startLine()
    const client = await open(proxy.url)
    proxy.blackHole()
    client.socket.send('lost')
    server.sendAll('lost too')
    await waitFor(() => proxy.swallowed.up > 0 && proxy.swallowed.down > 0)
    client.socket.terminate()
    await waitFor(() => proxy.connections === 0)
    expect(client.messages).toEqual([])
    expect(server.received).toEqual([])
    expect(server.closed).toEqual([])
    expect(server.connections).toHaveLength(1)
  })

  it('never answers who dials into a black hole, and heals for new connections only', async () => {
    const { server, proxy } = await startLine({ echo: true })
    const idle = await open(proxy.url)
    const broken = await open(proxy.url)
    proxy.blackHole()
    const unanswered = dial(proxy.url)
    broken.socket.send('lost')
    const lost = proxy.swallowed.up
    await waitFor(() => proxy.accepted === 3 && proxy.swallowed.up > lost + 100, {
      what: 'the handshake to be lost',
    })
    proxy.blackHole(false)

    broken.socket.send('behind the gap')
    for (const client of [idle, await open(proxy.url)]) {
      client.socket.send('alive')
      await waitFor(() => client.messages.length === 1)
    }
    expect(server.messages).toEqual(['alive', 'alive'])
    expect(server.handshakes).toHaveLength(3)
    expect(unanswered.socket.readyState).toBe(WebSocket.CONNECTING)
    expect([...unanswered.closes, ...broken.closes]).toEqual([])
  })

  it('has black holes of one direction', async () => {
    const { server, proxy } = await startLine()
    const client = await open(proxy.url)
    proxy.blackHole(true, 'down')
    client.socket.send('up')
    await server.waitFor(({ received }) => received.length === 1)
    server.sendAll('down')
    await waitFor(() => proxy.swallowed.down > 0)
    expect(client.messages).toEqual([])

    proxy.blackHole(false)
    proxy.blackHole(true, 'up')
    const other = dial(proxy.url)
    await waitFor(() => proxy.swallowed.up > 0)
    expect(server.accepted).toBe(1)
    expect(other.socket.readyState).toBe(WebSocket.CONNECTING)
  })

  it('stalls: bufferedAmount grows, and everything arrives when it is over', async () => {
    const { server, proxy } = await startLine()
    const client = await open(proxy.url)
    proxy.stall()
    const before = proxy.bytesUp
    const sent = await fill(client)
    expect(server.received).toEqual([])
    expect(proxy.bytesUp).toBe(before)
    server.sendAll('the other way is free')
    await waitFor(() => client.messages.length === 1)

    proxy.stall(false)
    await server.waitFor(({ received }) => received.length === sent)
    await waitFor(() => client.socket.bufferedAmount === 0)
  })

  it('hands back-pressure through when the server does not read', async () => {
    const { server, proxy } = await startLine()
    const client = await open(proxy.url)
    server.pauseReading()
    const sent = await fill(client)
    expect(server.received).toEqual([])
    server.pauseReading(false)
    await server.waitFor(({ received }) => received.length === sent)
  })

  it('refuses new connections while existing ones stay, and listens again on the same port', async () => {
    const { server, proxy } = await startLine({ echo: true })
    const client = await open(proxy.url)
    await proxy.refuse()
    for (let attempt = 0; attempt < 3; attempt++) {
      const refused = dial(proxy.url)
      expect(await closeOf(refused)).toBe(1006)
      expect(refused.errors.map(({ code }) => code)).toEqual(['ECONNREFUSED'])
    }
    client.socket.send('still here')
    await waitFor(() => client.messages.length === 1)

    await proxy.refuse(false)
    await open(proxy.url)
    expect(server.accepted).toBe(2)
    expect(proxy.accepted).toBe(2)
  })

  it('refuses as it was told last', async () => {
    const { proxy } = await startLine()
    await Promise.all([
      proxy.refuse(),
      proxy.refuse(false),
      proxy.refuse(),
      proxy.refuse(),
      proxy.refuse(false),
    ])
    await open(proxy.url)
    await Promise.all([proxy.refuse(false), proxy.refuse()])
    const refused = dial(proxy.url)
    expect(await closeOf(refused)).toBe(1006)
  })

  it('delays each way, and keeps the order also when the delay changes', async () => {
    const { server, proxy } = await startLine({ echo: true })
    const client = await open(proxy.url)
    const messages = Array.from({ length: 60 }, (_, index) => `message ${index}`)
    const start = performance.now()
    for (const [index, message] of messages.entries()) {
      if (index % 20 === 0) proxy.delay(60 - index)
      client.socket.send(message)
      // Through the kernel one by one, so that later ones arrive at the proxy under a lower delay.
      await new Promise((resolve) => setImmediate(resolve))
    }
    client.socket.close()
    await closeOf(client)
    expect(server.messages).toEqual(messages)
    expect(client.messages).toEqual(messages)
    expect(performance.now() - start).toBeGreaterThanOrEqual(60 + 20 - 1)
  })

  it('throttles: never more bytes than the rate allows, with back-pressure to the client', async () => {
    const { server, proxy } = await startLine({ echo: true })
    const client = await open(proxy.url)
    const rate = 200_000
    const [upBefore, downBefore, start] = [proxy.bytesUp, proxy.bytesDown, performance.now()]
    proxy.throttle(rate)
    const check = () => {
      const allowed = rate / 20 + (rate * (performance.now() - start)) / 1_000
      expect(proxy.bytesUp - upBefore).toBeLessThanOrEqual(allowed)
      expect(proxy.bytesDown - downBefore).toBeLessThanOrEqual(allowed)
    }
    for (let index = 0; index < 60; index++) client.socket.send(`${index}`.padEnd(1_000, '.'))
    while (client.messages.length < 60) {
      check()
      await new Promise((resolve) => setImmediate(resolve))
    }
    check()
    expect(performance.now() - start).toBeGreaterThan(((60_000 - rate / 20) / rate) * 1_000)

    server.echo = false
    const sent = await fill(client)
    check()
    proxy.throttle(undefined)
    await server.waitFor(({ received }) => received.length === 60 + sent)
  })

  it('takes every fault for connections that begin under it', async () => {
    const { server, proxy } = await startLine()
    proxy.stall()
    const client = dial(proxy.url)
    await waitFor(() => proxy.accepted === 1)
    proxy.stall(false)
    await once(client.socket, 'open')
    expect(server.accepted).toBe(1)
  })
})

describe('the server', () => {
  it('echoes, broadcasts, calls onMessage, and tells connections apart', async () => {
    const calls: [string | Buffer, boolean][] = []
    const server = await startServer({ onMessage: (_socket, data, isBinary) => calls.push([data, isBinary]) })
    const [first, second] = [await open(server.url), await open(server.url)]
    server.broadcast = true
    second.socket.send('to the others')
    await waitFor(() => first.messages.length === 1)
    server.broadcast = false
    server.echo = true
    first.socket.send(Buffer.from('to myself'))
    await waitFor(() => first.messages.length === 2)
    expect(first.messages).toEqual(['to the others', 'to myself'])
    expect(second.messages).toEqual([])
    expect(server.received).toEqual([
      { connection: 1, data: 'to the others' },
      { connection: 0, data: Buffer.from('to myself') },
    ])
    expect(calls).toEqual([
      ['to the others', false],
      [Buffer.from('to myself'), true],
    ])
  })

  it('chooses the subprotocol', async () => {
    const server = await startServer()
    server.handleProtocols = (offered) => (offered.has('b') ? 'b' : false)
    expect((await open(server.url, ['a', 'b'])).socket.protocol).toBe('b')
  })

  it('refuses handshakes with a status until told otherwise', async () => {
    const server = await startServer()
    for (const status of [401, 503]) {
      server.refuseWith(status)
      const client = dial(server.url)
      expect(await closeOf(client)).toBe(1006)
      expect(client.errors.map(({ message }) => message)).toEqual([`Unexpected server response: ${status}`])
    }
    server.refuseWith(undefined)
    await open(server.url)
    expect(server.accepted).toBe(1)
    expect(server.handshakes.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'accepted'])
  })

  it('hangs in the handshake', async () => {
    const server = await startServer()
    server.hangHandshake()
    const client = dial(server.url)
    await server.waitFor(({ handshakes }) => handshakes[0]?.outcome === 'hung')
    server.hangHandshake(false)
    await open(server.url)
    expect(client.socket.readyState).toBe(WebSocket.CONNECTING)
    expect(client.closes).toEqual([])
    await server.close()
    expect(await closeOf(client)).toBe(1006)
  })

  it('does not echo a close frame when silent, and can still close by itself', async () => {
    const server = await startServer({ silentClose: true, echo: true })
    const [silent, other] = [await open(server.url), await open(server.url)]
    silent.socket.send('last words')
    silent.socket.close(4001)
    await server.waitFor(({ received }) => received.length === 1)
    other.socket.send('a round trip later')
    await waitFor(() => other.messages.length === 1)
    expect(silent.closes).toEqual([])
    expect(silent.socket.readyState).toBe(WebSocket.CLOSING)
    server.closeAll(4002, 'ours')
    expect(await closeOf(other)).toBe(4002)
    expect(await closeOf(silent)).toBe(4002)
  })

  it('notes how clients left', async () => {
    const server = await startServer()
    const [polite, rude] = [await open(server.url), await open(server.url)]
    polite.socket.close(4321, 'bye')
    await server.waitFor(({ closed }) => closed.length === 1)
    rude.socket.terminate()
    await server.waitFor(({ connections }) => connections.length === 0)
    expect(server.closed).toEqual([
      { connection: 0, code: 4321, reason: 'bye' },
      { connection: 1, code: 1006, reason: '' },
    ])
  })

  it('restarts on the same port: all are closed with the code, hung ones too', async () => {
    const server = await startServer()
    const clients = [await open(server.url), await open(server.url)]
    server.hangHandshake()
    const hung = dial(server.url)
    await server.waitFor(({ handshakes }) => handshakes.length === 3)
    server.hangHandshake(false)
    await server.restart(1012, 'new version')
    for (const client of clients) expect(await closeOf(client)).toBe(1012)
    expect(await closeOf(hung)).toBe(1006)
    await open(server.url)
    expect(server.accepted).toBe(3)
  })

  it('restarts although a client is out of reach', async () => {
    const { server, proxy } = await startLine()
    const client = await open(proxy.url)
    proxy.blackHole()
    await server.restart()
    expect(client.closes).toEqual([])
    await open(server.url)
  })

  it('listens on the port that it is given', async () => {
    const { port } = await startServer()
    await cleanups.pop()?.()
    const server = await startServer({ port })
    expect(server.url).toBe(`ws://127.0.0.1:${port}`)
    await open(server.url)
  })

  it('says what it had when a condition does not come true', async () => {
    const server = await startServer()
    const client = await open(server.url)
    client.socket.send('something')
    await server.waitFor(({ received }) => received.length === 1)
    await expect(server.waitFor(({ accepted }) => accepted === 2, 20)).rejects.toThrow(
      /20 ms over: .*accepted === 2.* 1 accepted, 1 open, 0 closed, 1 messages, the last 'something'/,
    )
    const never = expect(server.waitFor(() => false)).rejects.toThrow('The server was closed')
    await server.close()
    await never
  })
})

it('leaves nothing that keeps a process alive when everything is closed, twice', async () => {
  const script = fileURLToPath(new URL('../support/close-all.ts', import.meta.url))
  // Rejects when the time is over or the exit code is not 0, as with an `await` that never settles.
  const { stdout } = await execute(process.execPath, ['--import', 'tsx', script], { timeout: 20_000 })
  expect(stdout).toBe('closed, and what still waited was rejected')
})

it('closes at the end of an await using', async () => {
  let url = ''
  {
    await using server = await createServer()
    await using proxy = await createFaultyProxy(server)
    url = proxy.url
    await open(url)
  }
  const refused = dial(url)
  await closeOf(refused)
  expect(refused.errors.map(({ code }) => code)).toEqual(['ECONNREFUSED'])
})

describe('waitFor', () => {
  it('gives the value, and names what did not come', async () => {
    let asked = 0
    expect(await waitFor(() => (++asked === 3 ? 'third' : ''))).toBe('third')
    await expect(waitFor(() => false, { timeout: 10, what: 'the moon' })).rejects.toThrow('the moon')
    const error: Error = await waitFor(() => Promise.reject(new Error('why')), { timeout: 10 }).catch(
      (e) => e,
    )
    expect(error.cause).toEqual(new Error('why'))
  })
})

describe('random', () => {
  it('repeats itself for a seed, evenly in [0, 1)', () => {
    const draw = (seed: number) => Array.from({ length: 1_000 }, seeded(seed))
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    expect(Math.min(...draw(7))).toBeGreaterThanOrEqual(0)
    expect(Math.max(...draw(7))).toBeLessThan(1)
    expect(draw(7).filter((value) => value < 0.5).length).toBeGreaterThan(400)
    expect(draw(7).filter((value) => value >= 0.5).length).toBeGreaterThan(400)
  })

  it('picks whole numbers and items within their bounds', () => {
    const random = seeded(1)
    const numbers = new Set(Array.from({ length: 200 }, () => integer(random, -1, 2)))
    expect([...numbers].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2])
    const items = new Set(Array.from({ length: 200 }, () => pick(random, ['a', 'b', 'c'])))
    expect([...items].sort()).toEqual(['a', 'b', 'c'])
    expect(() => pick(random, [])).toThrow(RangeError)
  })
})
