import { describe, expect, it } from 'vitest'
import { type Options, setUpOpen as open, setUp } from '../../../test/unit/set-up.ts'
import type { Signal } from './environment.ts'

/** Signals that a test gives, and how many listen to each. */
function signals() {
  const listeners = { network: new Set(), visibility: new Set(), page: new Set() } as Record<
    'network' | 'visibility' | 'page',
    Set<(value: boolean) => void>
  >
  const signal =
    (name: keyof typeof listeners): Signal =>
    (set) => {
      listeners[name].add(set)
      return () => listeners[name].delete(set)
    }
  const tell = (name: keyof typeof listeners) => (value: boolean) => {
    for (const set of listeners[name]) set(value)
  }
  return {
    environment: { network: signal('network'), visibility: signal('visibility'), page: signal('page') },
    network: tell('network'),
    visibility: tell('visibility'),
    page: tell('page'),
    count: () => Object.values(listeners).reduce((sum, { size }) => sum + size, 0),
  }
}

const PING = { message: () => 'ping', isReply: (message: unknown) => message === 'pong' }

async function setUpOpen(options: Options = {}) {
  const host = signals()
  const world = await open({ ...options, environment: { ...host.environment, ...options.environment } })
  const messages: unknown[] = []
  world.connection.messages$.subscribe((message) => messages.push(message))
  return { ...world, host, messages }
}

describe('the heartbeat', () => {
  const heartbeat = { ...PING, interval: 1_000, timeout: 1_000 }

  it('is off unless given', async () => {
    const { server, clock, statuses } = await setUpOpen()
    await clock.advance(600_000)
    expect(server.messages).toEqual([])
    expect(statuses().at(-1)).toBe('open')
  })

  it('asks a server that is quiet, by default after 25 s', async () => {
    const { server, clock, connection } = await setUpOpen({ heartbeat: PING })
    await clock.advance(24_999)
    expect(server.messages).toEqual([])
    await clock.advance(1)
    expect(server.messages).toEqual(['ping'])
    await clock.advance(9_999)
    expect(connection.state.status).toBe('open')
    await clock.advance(1)
    expect(connection.state.status).toBe('connecting')
  })

  it('keeps answers out of messages$, and all else in', async () => {
    const { server, clock, messages } = await setUpOpen({ heartbeat })
    await clock.advance(1_500)
    server.send('pong')
    server.send('hello')
    await clock.advance(999)
    expect(server.messages).toEqual(['ping'])
    expect(messages).toEqual(['hello'])
  })

  it('gives a dead socket up at once, and is back without waiting for its close event', async () => {
    const { server, clock, connection, statuses, eventsOf } = await setUpOpen({ heartbeat })
    server.answersClose = false
    await clock.advance(2_000)
    expect(eventsOf('lost')).toMatchObject([
      { close: { code: 1006, phase: 'open', local: 'heartbeat' }, verdict: 'retry', delay: 0 },
    ])
    expect(server.connections[0]?.closedWith).toBeDefined()
    await clock.advance(1)
    expect(connection.state.status).toBe('open')
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'waiting', 'connecting', 'open'])
    // The old one closes at last, and that is news to nobody.
    server.connections[0]?.drop()
    expect(connection.state.status).toBe('open')
  })

  it('sends pings past the queue, and counts none of them', async () => {
    const { clock, connection } = await setUpOpen({ heartbeat })
    await clock.advance(1_000)
    expect(connection.outbox).toMatchObject({ accepted: 0, written: 0, queued: 0 })
  })

  it('is patient while bytes leave, however slowly, and no longer', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen({ heartbeat })
    server.stall()
    for (let message = 0; message < 100; message++) connection.send('x'.repeat(100))
    for (let second = 0; second < 20; second++) {
      await clock.advance(900)
      server.drain(1)
    }
    expect(eventsOf('lost')).toEqual([])
    await clock.advance(1_200)
    expect(eventsOf('lost')).toMatchObject([{ close: { local: 'heartbeat' } }])
  })

  it('sends no ping into a buffer at its high-water mark; that it empties is life', async () => {
    const { server, clock, connection, statuses } = await setUpOpen({
      heartbeat,
      queue: { highWaterMark: 10 },
    })
    server.stall()
    for (const message of ['11111', '22222', '33333']) connection.send(message)
    await clock.advance(1_500)
    // Room for the third, which fills it again at once.
    server.drain(1)
    await clock.advance(1_000)
    expect(server.messages).toEqual(['11111'])
    expect(statuses().at(-1)).toBe('open')
    await clock.advance(1_200)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'waiting', 'connecting', 'open'])
  })

  it.each(['heartbeat.message', 'heartbeat.isReply'])('reports what %s throws, and goes on', async (name) => {
    const fail = () => {
      throw new TypeError('mine')
    }
    const isMessage = name === 'heartbeat.message'
    const { clock, errors, messages, server, statuses } = await setUpOpen({
      heartbeat: { ...heartbeat, ...(isMessage ? { message: fail } : { isReply: fail }) },
    })
    if (isMessage) await clock.advance(1_000)
    else server.send('hello')
    expect(errors).toMatchObject([{ code: 'HANDLER', message: `${name} threw.` }])
    expect(messages).toEqual(isMessage ? [] : ['hello'])
    await clock.advance(500)
    expect(statuses().at(-1)).toBe('open')
  })

  it('reports a ping that cannot be encoded, and goes on', async () => {
    const codec = {
      decode: (data: unknown) => data,
      encode() {
        throw new TypeError('not that')
      },
    }
    const { clock, errors, statuses } = await setUpOpen({ heartbeat, codec })
    await clock.advance(1_500)
    expect(errors).toMatchObject([{ code: 'ENCODE' }])
    expect(statuses().at(-1)).toBe('open')
  })

  it('does not ask before the sign-in is accepted, nor while closing', async () => {
    const { clock, server, connection } = await setUpOpen({ heartbeat, connectTimeout: 60_000 })
    server.hang()
    connection.reconnect()
    await clock.advance(20_000)
    expect(server.messages).toEqual([])
    server.accept()
    server.answersClose = false
    void connection.close()
    await clock.advance(2_500)
    expect(server.messages).toEqual([])
  })

  it('is counted by no timer after the end', async () => {
    const { clock, connection, host } = await setUpOpen({ heartbeat })
    const closed = connection.close()
    await clock.advance(1)
    await closed
    expect(clock.pending).toBe(0)
    expect(host.count()).toBe(0)
  })
})

describe('the signals of the host', () => {
  it('are listened to from the first dial to the end', async () => {
    const host = signals()
    const { connection, clock } = setUp({ environment: host.environment, lazy: true, idleTimeout: 100 })
    expect(host.count()).toBe(0)
    const subscription = connection.messages$.subscribe()
    expect(host.count()).toBe(3)
    await clock.advance(1)
    subscription.unsubscribe()
    await clock.advance(100)
    expect(connection.state.status).toBe('idle')
    expect(host.count()).toBe(0)
    connection.open()
    expect(host.count()).toBe(3)
    void connection.close()
    expect(connection.state.status).toBe('closed')
    expect(host.count()).toBe(0)
  })

  it('may call from within their set-up', async () => {
    const { connection, server, clock } = await open({
      environment: {
        network(set) {
          set(false)
          return () => undefined
        },
      },
    })
    expect(connection.state.status).toBe('open')
    server.drop()
    expect(connection.state).toMatchObject({ status: 'suspended', by: 'offline' })
    await clock.advance(30_000)
    expect(connection.state.status).toBe('connecting')
  })

  it('are reported when they throw, and missed by nobody', async () => {
    const { connection, errors } = await open({
      environment: {
        network() {
          throw new TypeError('none here')
        },
      },
    })
    expect(connection.state.status).toBe('open')
    expect(errors).toMatchObject([{ code: 'HANDLER', message: 'environment.network threw.' }])
  })
})

describe('offline', () => {
  it('never gates a send', async () => {
    const { host, connection, server } = await setUpOpen()
    host.network(false)
    connection.send('all the same')
    expect(server.messages).toEqual(['all the same'])
  })

  it('asks at once where there is a heartbeat, and suspends if nobody answers', async () => {
    const { host, connection, server, clock } = await setUpOpen({ heartbeat: PING })
    host.network(false)
    expect(server.messages).toEqual(['ping'])
    await clock.advance(4_999)
    expect(connection.state.status).toBe('open')
    await clock.advance(1)
    expect(connection.state).toMatchObject({
      status: 'suspended',
      by: 'offline',
      cause: { local: 'heartbeat' },
    })
    connection.send('later')
    host.network(true)
    await clock.advance(1)
    expect(server.messages).toEqual(['ping', 'later'])
  })

  it('is only a word: a connection that answers stays', async () => {
    const { host, server, clock, statuses } = await setUpOpen({ heartbeat: PING })
    host.network(false)
    server.send('pong')
    host.network(true)
    expect(server.messages).toEqual(['ping', 'ping'])
    server.send('pong')
    await clock.advance(20_000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
  })

  it('without a heartbeat replaces a connection that said nothing once online', async () => {
    const { host, server, clock, connection, eventsOf } = await setUpOpen()
    host.network(false)
    await clock.advance(60_000)
    expect(connection.state.status).toBe('open')
    host.network(true)
    expect(eventsOf('lost')).toMatchObject([{ close: { local: 'offline' }, delay: 0 }])
    await clock.advance(1)
    expect(connection.state.status).toBe('open')
    expect(server.connections).toHaveLength(2)
  })

  it('that ends replaces nothing where it had not begun, or where the connection is newer', async () => {
    const { host, clock, connection, statuses } = await setUpOpen()
    host.network(true)
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    host.network(false)
    connection.reconnect()
    await clock.advance(1)
    host.network(true)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
  })

  it('is over with sleep: a connection that was suspended by it dials at once', async () => {
    const { host, clock, connection, server } = await setUpOpen({ reconnect: { backoff: () => 25_000 } })
    server.drop()
    host.network(false)
    expect(connection.state).toMatchObject({ status: 'suspended', by: 'offline' })
    clock.sleep(20_000)
    await clock.advance(0)
    expect(connection.state.status).toBe('connecting')
  })

  it('without a heartbeat keeps a connection that said something', async () => {
    const { host, server, statuses } = await setUpOpen()
    host.network(false)
    server.send('still here')
    host.network(true)
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
  })

  it('keeps a single connection that cannot be replaced', async () => {
    const { host, statuses } = await setUpOpen({ reconnect: false })
    host.network(false)
    host.network(true)
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
  })

  it('that comes and goes every 100 ms for a minute dials no more often than the backoff', async () => {
    const { host, server, clock, connection } = await setUpOpen({ reconnect: { backoff: () => 2_000 } })
    for (let turn = 0; turn < 300; turn++) {
      host.network(false)
      await clock.advance(100)
      host.network(true)
      await clock.advance(100)
    }
    // One at once, one for each 2 s, and what was there before.
    expect(server.connections.length).toBeLessThanOrEqual(2 + 60 / 2)
    expect(server.connections.length).toBeGreaterThan(10)
    expect(connection.state.status).not.toBe('closed')
  })

  it('goes on trying where nobody answers while it comes and goes', async () => {
    const { host, server, clock } = await setUpOpen({ reconnect: { backoff: () => 2_000 } })
    server.drop()
    server.refuse()
    for (let turn = 0; turn < 300; turn++) {
      host.network(false)
      await clock.advance(100)
      host.network(true)
      await clock.advance(100)
    }
    expect(server.connections.length).toBeLessThanOrEqual(2 + 60 / 2)
    expect(server.connections.length).toBeGreaterThan(20)
  })
})

describe('a page', () => {
  it('that is kept closes its socket, and comes back at once with what was sent meanwhile, in order', async () => {
    const { host, server, clock, connection, eventsOf } = await setUpOpen()
    connection.send('1')
    host.page(false)
    expect(server.connection.closedWith).toEqual({ code: undefined, reason: '' })
    expect(connection.state).toMatchObject({ status: 'suspended', by: 'page', cause: { local: 'page' } })
    expect(eventsOf('lost')).toHaveLength(1)
    connection.send('2')
    connection.send('3')
    expect(clock.pending).toBeLessThanOrEqual(1)
    await clock.advance(3_600_000)
    host.page(true)
    host.visibility(true)
    await clock.advance(1)
    expect(connection.state.status).toBe('open')
    expect(server.messages).toEqual(['1', '2', '3'])
    expect(server.connections).toHaveLength(2)
  })

  it('that is hidden does, and that it is kept again and again changes nothing', async () => {
    const { host, server, clock, connection } = await setUpOpen({ reconnect: { backoff: () => 30_000 } })
    server.drop()
    host.visibility(false)
    expect(connection.state.status).toBe('waiting')
    host.page(false)
    host.page(false)
    await clock.advance(600_000)
    expect(connection.state).toMatchObject({ status: 'suspended', by: 'page' })
    expect(server.connections).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('that is seen again does not wait for the rest of a delay', async () => {
    const { host, server, connection } = await setUpOpen({ reconnect: { backoff: () => 30_000 } })
    host.visibility(false)
    server.drop()
    expect(connection.state.status).toBe('waiting')
    host.visibility(true)
    expect(connection.state.status).toBe('connecting')
  })
})

describe('sleep', () => {
  it('makes a heartbeat ask, and not kill', async () => {
    const { server, clock, statuses } = await setUpOpen({ heartbeat: { ...PING, interval: 25_000 } })
    clock.sleep(3_600_000)
    await clock.advance(0)
    expect(server.messages).toEqual(['ping'])
    server.send('pong')
    await clock.advance(20_000)
    expect(statuses().at(-1)).toBe('open')
  })

  it('leaves a heartbeat 5 s for the answer, whatever one without a heartbeat would do', async () => {
    const { server, clock, statuses } = await setUpOpen({ heartbeat: { ...PING, interval: 25_000 } })
    clock.sleep(3_600_000)
    await clock.advance(4_999)
    server.send('pong')
    await clock.advance(20_000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
  })

  it('connects at once when waiting', async () => {
    const { server, clock, connection } = await setUpOpen({ reconnect: { backoff: () => 25_000 } })
    server.drop()
    clock.sleep(3_600_000)
    await clock.advance(0)
    expect(connection.state.status).toBe('connecting')
  })

  it.each([
    ['connects at once after an attempt that was slept through', 3_600_000, 2],
    ['does not take for sleep what a hidden page does to an attempt', 100_000, 1],
  ])('%s', async (_, asleep, dials) => {
    const { server, clock, eventsOf } = setUp({ reconnect: { backoff: () => 25_000 } })
    server.hang()
    await clock.advance(0)
    clock.sleep(asleep)
    await clock.advance(0)
    expect(eventsOf('lost')).toMatchObject([{ close: { local: 'timeout' } }])
    expect(server.connections).toHaveLength(dials)
  })

  it('connects at once also where the timers of the host stood still', async () => {
    const { server, clock, connection, handshake } = await setUpOpen({
      reconnect: { backoff: () => 3_000_000 },
    })
    server.drop()
    clock.set(clock.now() + 3_600_000)
    await clock.advance(10_000)
    await handshake()
    expect(connection.state.status).toBe('open')
  })

  it('without a heartbeat replaces a connection that said nothing since', async () => {
    const { server, clock, connection, eventsOf } = await setUpOpen()
    clock.sleep(60_000)
    await clock.advance(999)
    expect(connection.state.status).toBe('open')
    await clock.advance(1)
    expect(eventsOf('lost')).toMatchObject([{ close: { local: 'offline' } }])
    await clock.advance(1)
    expect(connection.state.status).toBe('open')
    expect(server.connections).toHaveLength(2)
  })

  it('without a heartbeat keeps a connection that said something since', async () => {
    const { server, clock } = await setUpOpen()
    clock.sleep(60_000)
    await clock.advance(500)
    server.send('still here')
    await clock.advance(60_000)
    expect(server.connections).toHaveLength(1)
  })

  it('is not what a hidden page does, whose timers come once a minute', async () => {
    const { host, server, clock } = await setUpOpen()
    host.visibility(false)
    for (let minute = 0; minute < 5; minute++) {
      clock.sleep(60_000)
      await clock.advance(0)
    }
    expect(server.connections).toHaveLength(1)
    clock.sleep(600_000)
    await clock.advance(1_001)
    expect(server.connections).toHaveLength(2)
  })

  it.each([
    ['keeps', 90_000, 1],
    ['replaces', 90_001, 2],
  ])('in a hidden page %s a connection whose timer came %i ms late', async (_, late, connections) => {
    const { host, server, clock } = await setUpOpen()
    host.visibility(false)
    // The host looks every 10 s.
    clock.sleep(10_000 + late)
    await clock.advance(1_001)
    expect(server.connections).toHaveLength(connections)
  })

  it('is told by events', async () => {
    const { clock, eventsOf, server } = await setUpOpen({ heartbeat: { ...PING, interval: 5_000 } })
    clock.sleep(3_600_000)
    await clock.advance(0)
    server.send('pong')
    await clock.advance(10_000)
    const late = eventsOf('late').map(({ timer }) => timer)
    expect(late).toContain('watch')
    expect(late).toContain('heartbeat')
  })
})
