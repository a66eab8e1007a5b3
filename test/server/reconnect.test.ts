import { fullJitter } from '@holdfast/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { nativeClasses } from './native-classes.ts'
import { startLine, startServer } from './set-up.ts'

describe.each(nativeClasses)('reconnecting, with the class of %s', (_, WebSocket) => {
  const environment = { WebSocket }

  it.each(['reset', 'cut'] as const)('comes back after a %s, which shows as 1006', async (fault) => {
    const { server, proxy } = await startLine({ echo: true })
    const { connection, messages, seen } = connectTo(proxy.url, { environment })
    await seen('open')
    proxy[fault]()
    const { cause, attempt } = await seen('waiting')
    expect(cause).toEqual({ code: 1006, reason: '', wasClean: false, phase: 'open' })
    expect(attempt).toBe(1)
    await seen('open', 2)
    connection.send('back')
    await waitFor(() => messages.length === 1)
    expect(server.received).toEqual([{ connection: 1, data: 'back' }])
  })

  it('spreads the crowd over 5 s after a restart (1001), and comes back', async () => {
    const { server, proxy } = await startLine()
    const { seen } = connectTo(proxy.url, { environment })
    await seen('open')
    const restarted = server.restart(1001, 'deploy')
    const { cause, delay } = await seen('waiting')
    expect(cause).toEqual({ code: 1001, reason: 'deploy', wasClean: true, phase: 'open' })
    expect(delay).toBe(0.01 * 5_000)
    await restarted
    await seen('open', 2)
  })

  it.each([
    { code: 1012, delay: 5_000 + 0.2 * 25_000 },
    { code: 1013, delay: 30_000 + 0.2 * 4_000 },
    { code: 4429, delay: 30_000 + 0.2 * 4_000 },
  ])('adds the floor of $code to the draw, and open() does not wait for it', async ({ code, delay }) => {
    const { server, proxy } = await startLine()
    const { connection, seen } = connectTo(proxy.url, { environment: { WebSocket, random: () => 0.2 } })
    await seen('open')
    server.closeAll(code)
    const waiting = await seen('waiting')
    expect(waiting.cause).toMatchObject({ code, wasClean: true })
    expect(waiting.delay).toBe(delay)
    connection.open()
    await seen('open', 2)
    expect(server.accepted).toBe(2)
  })

  it('stops at 4403, until open()', async () => {
    const { server, proxy } = await startLine()
    const { connection, seen } = connectTo(proxy.url, { environment })
    await seen('open')
    server.closeAll(4403, 'not for you')
    expect(await seen('closed')).toEqual({
      status: 'closed',
      by: 'verdict',
      attempt: 1,
      code: 4403,
      reason: 'not for you',
      wasClean: true,
    })
    connection.send('kept')
    connection.open()
    await server.waitFor(({ messages }) => messages.length === 1)
    expect(server.received).toEqual([{ connection: 1, data: 'kept' }])
  })

  it('tries while it is refused, and is back when it is let in', async () => {
    const { server, proxy } = await startLine()
    const { connection, states, seen } = connectTo(proxy.url, {
      environment: { WebSocket, random: () => 0.5 },
      reconnect: { backoff: fullJitter({ base: 8 }) },
    })
    await seen('open')
    await proxy.refuse()
    proxy.reset()
    await seen('waiting', 4)
    const waits = states.filter((state) => state.status === 'waiting')
    expect(waits.map(({ cause }) => cause.phase)).toEqual(['open', 'connecting', 'connecting', 'connecting'])
    expect(waits.map(({ delay }) => delay)).toEqual([4, 8, 16, 32])
    expect(waits.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
    await proxy.refuse(false)
    await seen('open', 2)
    expect(connection.state.attempt).toBeGreaterThanOrEqual(5)
    expect(server.accepted).toBe(2)
  })

  it.each([401, 503])('takes an HTTP %i for a failed attempt with 1006', async (status) => {
    const { server, proxy } = await startLine()
    server.refuseWith(status)
    const { errors, seen } = connectTo(proxy.url, { environment })
    const { cause } = await seen('waiting')
    expect(cause).toEqual({ code: 1006, reason: '', wasClean: false, phase: 'connecting' })
    expect((await seen('waiting', 2)).attempt).toBe(2)
    server.refuseWith(undefined)
    await seen('open')
    expect(errors).toEqual([])
    await waitFor(() => proxy.connections === 1)
  })

  it('ends a handshake that hangs by connectTimeout, and the next one works', async () => {
    const { server, proxy } = await startLine()
    server.hangHandshake()
    const { errors, seen } = connectTo(proxy.url, { environment, connectTimeout: 150 })
    await server.waitFor(({ handshakes }) => handshakes.length === 1)
    server.hangHandshake(false)
    const { cause } = await seen('waiting')
    expect(cause).toMatchObject({ code: 1006, phase: 'connecting', local: 'timeout' })
    expect(cause.error?.code).toBe('CONNECT_TIMEOUT')
    await seen('open')
    expect(errors.map(({ code }) => code)).toEqual(['CONNECT_TIMEOUT'])
    await waitFor(() => proxy.connections === 1, { what: 'the hung connection to be given up' })
    expect(server.handshakes.map(({ outcome }) => outcome)).toEqual(['hung', 'accepted'])
  })

  it('ends a dial into a black hole by connectTimeout', async () => {
    const { proxy } = await startLine()
    proxy.blackHole()
    const { seen } = connectTo(proxy.url, { environment, connectTimeout: 150 })
    await seen('waiting')
    proxy.blackHole(false)
    await seen('open')
    await waitFor(() => proxy.connections === 1, { what: 'the dead connection to be given up' })
  })

  it('offers the subprotocols at every handshake, and tells the chosen one', async () => {
    const { server, proxy } = await startLine()
    server.handleProtocols = (offered) => (offered.has('v2') ? 'v2' : false)
    const { connection, seen } = connectTo(proxy.url, { environment, protocols: ['v1', 'v2'] })
    expect(connection.protocol).toBe('')
    expect((await seen('open')).protocol).toBe('v2')
    expect(connection.protocol).toBe('v2')
    proxy.reset()
    await seen('waiting')
    expect(connection.protocol).toBe('')
    expect((await seen('open', 2)).protocol).toBe('v2')
    expect(server.protocolsOffered).toEqual([
      ['v1', 'v2'],
      ['v1', 'v2'],
    ])
  })

  it('asks its functions for URL and subprotocols anew at every attempt', async () => {
    const { server, proxy } = await startLine()
    const { connection, seen } = connectTo(async (attempt) => `${proxy.url}/?attempt=${attempt}`, {
      environment,
      protocols: (attempt) => [`p${attempt}`],
      reconnect: { stableAfter: Number.POSITIVE_INFINITY },
    })
    await seen('open')
    proxy.reset()
    await seen('open', 2)
    expect(server.urls).toEqual(['/?attempt=1', '/?attempt=2'])
    expect(server.protocolsOffered).toEqual([['p1'], ['p2']])
    expect(connection.url).toBe(`${proxy.url}/?attempt=2`)
  })

  it.each([1006, 1011])('does not hammer a server that accepts and drops at once (%i)', async (code) => {
    const port = await startDropping(code)
    const { states, seen } = connectTo(`ws://127.0.0.1:${port}`, {
      environment: { WebSocket, random: () => 0.5 },
      reconnect: { backoff: fullJitter({ base: 4 }) },
    })
    await seen('waiting', 7)
    const waits = states.filter((state) => state.status === 'waiting')
    expect(waits.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(waits.map(({ delay }) => delay)).toEqual([2, 4, 8, 16, 32, 64, 128])
  })

  it('counts anew once a connection was stable', async () => {
    const { proxy } = await startLine()
    const { connection, seen } = connectTo(proxy.url, { environment, reconnect: { stableAfter: 30 } })
    await proxy.refuse()
    await seen('waiting', 2)
    await proxy.refuse(false)
    const { since } = await seen('open')
    await waitFor(() => Date.now() - since > 40)
    proxy.reset()
    await seen('open', 2)
    expect(connection.state.attempt).toBe(1)
  })

  it('replaces a connection by reconnect()', async () => {
    const server = await startServer({ echo: true })
    const { connection, messages, seen } = connectTo(server.url, { environment })
    await seen('open')
    connection.reconnect()
    await seen('open', 2)
    await server.waitFor(({ connections, closed }) => connections.length === 1 && closed.length === 1)
    connection.send('on the new one')
    await waitFor(() => messages.length === 1)
    expect(server.received).toEqual([{ connection: 1, data: 'on the new one' }])
  })
})

/** A server that accepts every handshake and drops the connection at once. */
async function startDropping(code: number): Promise<number> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  server.on('connection', (socket) => (code === 1006 ? socket.terminate() : socket.close(code)))
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port')
  return address.port
}
