import { firstMessage } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { nativeClasses } from './native-classes.ts'
import { startLine } from './set-up.ts'

const KIB = 1024

describe.each(nativeClasses)('a black hole, with the class of %s', (_, WebSocket) => {
  /** A real draw: what is measured is what users get. */
  const environment = { WebSocket, random: () => Math.random() }
  const heartbeat = {
    message: () => 'ping',
    isReply: (message: unknown) => message === 'pong',
    interval: 1_000,
    timeout: 1_000,
  }

  async function startPonging() {
    const line = await startLine({
      onMessage: (socket, data) => {
        if (data === 'ping') socket.send('pong')
      },
    })
    return line
  }

  /** The connections of this moment are dead from now on; new ones are not. Resolves once bytes are lost. */
  async function swallow({ proxy }: Awaited<ReturnType<typeof startPonging>>): Promise<number> {
    const since = performance.now()
    const lost = () => proxy.swallowed.up + proxy.swallowed.down
    const before = lost()
    proxy.blackHole()
    await waitFor(() => lost() > before)
    proxy.blackHole(false)
    return since
  }

  it('is noticed while idle, and it is back within about 2.5 s', async () => {
    const line = await startPonging()
    const { connection, messages, seen } = connectTo(line.proxy.url, { environment, heartbeat })
    await seen('open')
    await line.server.waitFor((server) => server.messages.length === 1)
    const since = await swallow(line)
    const { cause } = await seen('waiting')
    expect(cause).toMatchObject({ code: 1006, phase: 'open', local: 'heartbeat' })
    await seen('open', 2)
    expect(performance.now() - since).toBeLessThan(2_500)
    connection.send('back')
    await line.server.waitFor((server) => server.messages.includes('back'))
    expect(line.server.received.at(-1)?.connection).toBe(1)
    expect(messages).toEqual([])
  })

  it('is noticed while sending small messages, which the system goes on taking', async () => {
    const line = await startPonging()
    const { connection, seen } = connectTo(line.proxy.url, { environment, heartbeat })
    await seen('open')
    const chat = setInterval(() => connection.send('so and so'), 20)
    const since = await swallow(line)
    try {
      await seen('open', 2)
    } finally {
      clearInterval(chat)
    }
    expect(performance.now() - since).toBeLessThan(2_500)
    connection.send('the last')
    await line.server.waitFor((server) => server.messages.includes('the last'))
  })

  it('is noticed behind a full buffer', async () => {
    const line = await startPonging()
    const { connection, seen } = connectTo(line.proxy.url, {
      environment,
      heartbeat,
      queue: { maxBytes: 64 * KIB * KIB },
    })
    await seen('open')
    // A peer that takes nothing, before the hole: what the system buffers is full, and ours is, too.
    line.proxy.stall()
    for (let i = 0; i < 400; i++) connection.send('x'.repeat(64 * KIB))
    await waitFor(() => connection.outbox.nativeBufferedAmount >= 256 * KIB)
    const { cause } = await seen('waiting')
    expect(cause).toMatchObject({ local: 'heartbeat' })
    line.proxy.stall(false)
    await seen('open', 2)
  })

  it('is ended by connectTimeout during the handshake, the old socket closed before the next', async () => {
    const line = await startPonging()
    line.proxy.blackHole()
    const { states, seen } = connectTo(line.proxy.url, { environment, heartbeat, connectTimeout: 150 })
    expect((await seen('waiting')).cause).toMatchObject({ local: 'timeout', phase: 'connecting' })
    line.proxy.blackHole(false)
    await seen('open')
    expect(states.filter(({ status }) => status === 'open')).toHaveLength(1)
    await waitFor(() => line.proxy.connections === 1, { what: 'the dead dial to be given up' })
  })

  it('is ended by the time-out of the sign-in, and no ping is sent before it', async () => {
    const line = await startLine({
      onMessage: (socket, data) => {
        if (data === 'token t') socket.send('welcome')
      },
    })
    const via = firstMessage({
      create: (token) => `token ${token}`,
      accepted: (incoming) => incoming === 'welcome',
      timeout: 300,
    })
    line.server.onMessage = () => line.proxy.blackHole()
    const { seen } = connectTo(line.proxy.url, {
      environment,
      heartbeat: { ...heartbeat, interval: 50 },
      auth: { token: () => 't', via },
    })
    expect((await seen('waiting')).cause).toMatchObject({ local: 'timeout' })
    expect(line.server.messages).toEqual(['token t'])
    line.server.onMessage = (socket) => socket.send('welcome')
    line.proxy.blackHole(false)
    await seen('open')
  })

  it('is not what a slow uplink with a full buffer is', async () => {
    const line = await startPonging()
    const { connection, statuses, seen } = withStatuses(
      connectTo(line.proxy.url, {
        environment,
        // What the system and the proxy buffer takes a second or so at this rate, and nobody sees it.
        heartbeat: { ...heartbeat, interval: 300, timeout: 2_500 },
        queue: { maxBytes: 64 * KIB * KIB },
      }),
    )
    await seen('open')
    line.proxy.throttle(4 * KIB * KIB)
    const count = 300
    for (let i = 0; i < count; i++) connection.send('x'.repeat(64 * KIB))
    await line.server.waitFor(
      (server) => server.messages.filter((data) => data !== 'ping').length === count,
      20_000,
    )
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
  })
})

function withStatuses(client: ReturnType<typeof connectTo>) {
  return { ...client, statuses: () => client.states.map(({ status }) => status) }
}
