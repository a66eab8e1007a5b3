import { describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { nativeClasses } from './native-classes.ts'
import { startLine, startServer } from './set-up.ts'

const KIB = 1024

describe.each(nativeClasses)('close(), with the class of %s', (_, WebSocket) => {
  const environment = { WebSocket }

  it('tells both sides the same code and reason', async () => {
    const server = await startServer()
    const { connection, states, seen } = connectTo(server.url, { environment })
    await seen('open')
    const report = await connection.close(4001, 'grüße')
    expect(report).toMatchObject({ code: 4001, reason: 'grüße', wasClean: true, undelivered: [] })
    await server.waitFor(({ closed }) => closed.length === 1)
    expect(server.closed).toEqual([{ connection: 0, code: 4001, reason: 'grüße' }])
    expect(states.map(({ status }) => status)).toEqual(['idle', 'connecting', 'open', 'closing', 'closed'])
    expect(connection.state).toMatchObject({ by: 'user', code: 4001, reason: 'grüße', wasClean: true })
  })

  it('sends no code where none is given: 1005', async () => {
    const server = await startServer()
    const { connection, seen } = connectTo(server.url, { environment })
    await seen('open')
    expect(await connection.close()).toMatchObject({ code: 1005, reason: '', wasClean: true })
    await server.waitFor(({ closed }) => closed[0]?.code === 1005)
  })

  it('lets messages that were sent right before it arrive', async () => {
    const server = await startServer()
    const { connection, seen } = connectTo(server.url, { environment })
    await seen('open')
    connection.send('first')
    connection.send(Uint8Array.of(2))
    const report = await connection.close(1000)
    expect(report).toMatchObject({ code: 1000, wasClean: true, undelivered: [] })
    expect(server.messages).toEqual(['first', Buffer.of(2)])
  })

  it('lets a Blob that was sent right before it arrive', async () => {
    const server = await startServer()
    const { connection, seen } = connectTo(server.url, { environment })
    await seen('open')
    connection.send(new Blob(['blob']))
    connection.send('text')
    expect(await connection.close(1000)).toMatchObject({ code: 1000, wasClean: true })
    expect(server.messages).toEqual([Buffer.from('blob'), 'text'])
  })

  it('drains first, on a slow line', async () => {
    const { server, proxy } = await startLine()
    const { connection, seen } = connectTo(proxy.url, {
      environment,
      queue: { highWaterMark: 4 * KIB },
    })
    await seen('open')
    proxy.throttle(1_000_000)
    const messages = Array.from({ length: 300 }, (_, index) => `${index}`.padEnd(KIB, '.'))
    for (const message of messages) connection.send(message)
    const report = connection.close(1000, 'done')
    expect(connection.state.status).toBe('closing')
    expect(() => connection.send('too late')).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(await report).toMatchObject({ code: 1000, reason: 'done', wasClean: true, undelivered: [] })
    expect(server.messages).toEqual(messages)
  })

  it('reports what did not fit within drainTimeout, and sends none of it', async () => {
    const { server, proxy } = await startLine()
    const { connection, seen } = connectTo(proxy.url, {
      environment,
      closeTimeout: 100,
      queue: { highWaterMark: 64 * KIB, maxBytes: 64 * KIB * KIB },
    })
    await seen('open')
    proxy.stall()
    const messages = Array.from({ length: 500 }, (_, index) => `${index}`.padEnd(64 * KIB, '.'))
    for (const message of messages) connection.send(message)
    await waitFor(() => connection.outbox.nativeBufferedAmount >= 64 * KIB, { what: 'backpressure' })
    const { undelivered, wasClean } = await connection.close(1000, '', { drainTimeout: 50 })
    const written = messages.length - undelivered.length
    expect(undelivered.length).toBeGreaterThan(0)
    expect(undelivered).toEqual(messages.slice(written))
    expect(wasClean).toBe(false)
    expect(connection.outbox).toMatchObject({ queued: 0, written, dropped: undelivered.length })
    proxy.stall(false)
    await server.waitFor(({ received }) => received.length === written, 10_000)
    await server.waitFor(({ connections }) => connections.length === 0)
    expect(server.received).toHaveLength(written)
  })

  it('ends within closeTimeout where the peer never answers', async () => {
    const server = await startServer({ silentClose: true })
    const { connection, seen } = connectTo(server.url, { environment, closeTimeout: 100 })
    await seen('open')
    const start = performance.now()
    const report = await connection.close(1000)
    const took = performance.now() - start
    expect(report).toEqual({ code: 1006, reason: '', wasClean: false, undelivered: [], unconfirmed: [] })
    expect(took).toBeGreaterThan(95)
    expect(took).toBeLessThan(1_000)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user', code: 1006 })
  })

  it('ends within closeTimeout in a black hole', async () => {
    const { proxy } = await startLine()
    const { connection, seen } = connectTo(proxy.url, { environment, closeTimeout: 100 })
    await seen('open')
    proxy.blackHole()
    connection.send('lost')
    expect(await connection.close(1000)).toMatchObject({ code: 1006, wasClean: false })
  })

  it('gives up a dial that is under way', async () => {
    const { server, proxy } = await startLine()
    server.hangHandshake()
    const { connection } = connectTo(proxy.url, { environment })
    await server.waitFor(({ handshakes }) => handshakes.length === 1)
    connection.send('never sent')
    const report = await connection.close()
    expect(report).toEqual({
      code: 1006,
      reason: '',
      wasClean: false,
      undelivered: ['never sent'],
      unconfirmed: [],
    })
    await waitFor(() => proxy.connections === 0, { what: 'the dial to be given up' })
  })

  it('ends the wait for the next attempt', async () => {
    const { server, proxy } = await startLine()
    const { connection, seen } = connectTo(proxy.url, { environment: { WebSocket, random: () => 0.99 } })
    await seen('open')
    proxy.reset()
    await seen('waiting')
    connection.send('never sent')
    expect(await connection.close()).toMatchObject({ code: 1006, undelivered: ['never sent'] })
    expect(server.accepted).toBe(1)
  })

  it('takes the answer of a peer that closes at the same time', async () => {
    const server = await startServer()
    const { connection, seen } = connectTo(server.url, { environment })
    await seen('open')
    server.closeAll(4002, 'server')
    expect(await connection.close(4001, 'client')).toMatchObject({ wasClean: true })
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
    expect(server.accepted).toBe(1)
  })

  it('opens again afterwards: a new life', async () => {
    const server = await startServer({ echo: true })
    const { connection, states, seen } = connectTo(server.url, { environment })
    await seen('open')
    void connection.close(1000)
    connection.open()
    await seen('open', 2)
    connection.send('again')
    await server.waitFor(({ received }) => received.length === 1)
    expect(server.received).toEqual([{ connection: 1, data: 'again' }])
    expect(states.filter(({ status }) => status === 'closed')).toHaveLength(1)
  })
})
