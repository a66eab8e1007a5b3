import { describe, expect, it } from 'vitest'
import { type Options, setUp, setUpOpen, tellLate } from '../../../test/unit/set-up.ts'
import type { Auth } from './auth.ts'
import { firstMessage, queryParameter } from './carriers.ts'
import { json } from './codec.ts'
import { type FakeConnection, fakeSignals, virtualClock } from './testing/index.ts'

/** Epoch ms at which every virtual clock starts. */
const START = virtualClock().environment.now()

/** An open connection whose handover has begun: the next socket is dialling. */
async function setUpMoving(options?: Options) {
  const world = await setUpOpen(options)
  const old = world.server.connection
  world.connection.reconnect('moving', { handover: true })
  return { ...world, old, next: world.server.connection }
}

/** The step is the last of so many. */
const steps = (events: readonly { step: string }[]) => events.map(({ step }) => step)

describe('a handover', () => {
  it('opens the next socket first, closes the old one cleanly, then writes to the next one', async () => {
    const { connection, server, clock, old, next, statuses, eventsOf } = await setUpMoving()
    expect(next).not.toBe(old)
    connection.send('over the old one')
    expect(server.messages).toEqual(['over the old one'])

    await clock.advance(1)
    expect(old.closedWith).toEqual({ code: 1000, reason: 'moving' })
    connection.send('over the next one')
    expect(server.messages).toEqual(['over the old one'])
    expect(connection.outbox.queued).toBe(1)

    await clock.advance(1)
    expect(old.readyState).toBe(3)
    expect(server.messages).toEqual(['over the old one', 'over the next one'])
    expect(new Set(statuses())).toEqual(new Set(['idle', 'connecting', 'open']))
    expect(eventsOf('handover')).toMatchObject([
      { step: 'started', reason: 'moving' },
      { step: 'done', reason: 'moving' },
    ])
    expect(eventsOf('lost')).toEqual([])
    expect(connection.outbox).toMatchObject({ unconfirmed: 0, recovered: 0, dropped: 0 })
  })

  it('shows the next socket: since, protocol, readyState', async () => {
    const { connection, server, clock } = await setUpOpen({ protocols: ['v1', 'v2'] })
    expect(connection.protocol).toBe('v1')
    server.protocols = ['v2']
    await clock.advance(1_000)
    connection.reconnect('', { handover: true })
    await clock.advance(1)
    expect(connection.state).toMatchObject({ status: 'open', since: clock.environment.now(), protocol: 'v2' })
    expect(connection).toMatchObject({ readyState: 1, protocol: 'v2' })
  })

  it('counts what the old one still has to send', async () => {
    const { connection, server, clock } = await setUpOpen()
    const old = server.connection
    old.stall()
    connection.send('abc')
    connection.reconnect('', { handover: true })
    await clock.advance(1)
    expect(server.connection).not.toBe(old)
    expect(connection.bufferedAmount).toBe(3)
    old.drain()
    expect(connection.bufferedAmount).toBe(0)
  })

  it('has the binaryType that is set meanwhile', async () => {
    const { connection, server, clock } = await setUpOpen()
    connection.reconnect('', { handover: true })
    connection.binaryType = 'arraybuffer'
    await clock.advance(1)
    expect(server.connection.socket.binaryType).toBe('arraybuffer')
  })

  it('hears both, until the old one is closed', async () => {
    const { connection, server, clock, old, next } = await setUpMoving()
    const heard: unknown[] = []
    connection.messages$.subscribe((message) => heard.push(message))
    old.send('a')
    await clock.advance(0)
    next.accept()
    tellLate(old, 'b')
    next.send('c')
    expect(heard).toEqual(['a', 'b', 'c'])
    await clock.advance(10)
    expect(server.live).toEqual([next])
    next.send('d')
    expect(heard).toEqual(['a', 'b', 'c', 'd'])
  })

  it('sends what the old one did not before anything newer, in order', async () => {
    const { connection, server, clock, old } = await setUpMoving()
    server.stall()
    for (const n of [1, 2, 3]) connection.send(`${n}`)
    await clock.advance(1)
    connection.send('4')
    old.drop()
    server.drain()
    await clock.advance(10)
    server.drain(Infinity)
    expect(server.messages).toEqual(['1', '2', '3', '4'])
    expect(connection.outbox).toMatchObject({ recovered: 3, unconfirmed: 0, queued: 0 })
  })

  it('waits for closeTimeout at most, and tells what the old one may have lost', async () => {
    const { connection, server, clock, old, next, eventsOf } = await setUpMoving({ closeTimeout: 500 })
    server.answersClose = false
    server.stall()
    connection.send('who knows')
    await clock.advance(1)
    connection.send('newer')
    await clock.advance(499)
    expect(connection.outbox.queued).toBe(1)
    next.drain()
    await clock.advance(1)
    expect(server.messages).toEqual(['newer'])
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['who knows'] }])
    tellLate(old, 'late')
    expect(eventsOf('unobserved')).toEqual([])
  })

  it('takes no answer that came over the next one for a proof of what went over the old one', async () => {
    const { network, environment } = fakeSignals()
    const heartbeat = { message: () => 'ping', isReply: (message: unknown) => message === 'pong' }
    const { connection, server, clock, eventsOf } = await setUpOpen({ heartbeat, environment })
    server.connection.blackHole()
    connection.send('lost over the old one')
    connection.reconnect('moving', { handover: true })
    await clock.advance(1)
    server.on('message', (message, to) => {
      if (message === 'ping') to.send('pong')
    })
    // Asks at once.
    network.offline()
    network.online()
    await clock.advance(10_000)
    expect(server.messages).toEqual(['ping'])
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['lost over the old one'] }])
  })

  it('is no part of an outage: it asks for its URL as a first attempt', async () => {
    const attempts: number[] = []
    const { connection, server, clock } = setUp({
      url(attempt) {
        attempts.push(attempt)
        return 'ws://fake.test/'
      },
    })
    server.refuse()
    await clock.advance(1)
    server.accept()
    await clock.advance(1_001)
    connection.reconnect('moving', { handover: true })
    await clock.advance(2)
    expect(server.live).toHaveLength(1)
    expect(attempts).toEqual([1, 2, 1])
  })

  it('begins once, however often it is asked for', async () => {
    const { connection, server, clock } = await setUpMoving()
    connection.reconnect('', { handover: true })
    await clock.advance(1)
    connection.reconnect('', { handover: true })
    await clock.advance(10)
    expect(server.connections).toHaveLength(2)
    connection.reconnect('', { handover: true })
    await clock.advance(10)
    expect(server.connections).toHaveLength(3)
    expect(server.live).toHaveLength(1)
  })

  it('is a plain reconnect() where nothing is open', async () => {
    const { connection, server, clock } = setUp()
    connection.reconnect('', { handover: true })
    await clock.advance(1)
    expect(connection.state.status).toBe('open')
    server.drop()
    connection.reconnect('', { handover: true })
    expect(connection.state.status).toBe('connecting')
  })

  it('needs a queue, and a reason of at most 123 bytes', async () => {
    const { connection } = await setUpOpen({ queue: false })
    const move = () => connection.reconnect('', { handover: true })
    expect(move).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    expect(() => connection.reconnect('é'.repeat(62))).toThrow(/123/)
  })
})

describe('a handover that fails', () => {
  it('leaves the old connection as it was', async () => {
    const { connection, server, clock, old, states, eventsOf } = await setUpOpen().then(async (world) => {
      const { connection } = world.server
      world.server.refuse()
      world.connection.reconnect('moving', { handover: true })
      return { ...world, old: connection }
    })
    const before = states.length
    await clock.advance(1)
    expect(states).toHaveLength(before)
    expect(eventsOf('handover')).toMatchObject([
      { step: 'started' },
      { step: 'failed', reason: 'moving', close: { code: 1006, phase: 'connecting' } },
    ])
    connection.send('still here')
    expect(server.messages).toEqual(['still here'])
    expect(server.live).toEqual([old])
    server.accept()
    connection.reconnect('', { handover: true })
    await clock.advance(10)
    expect(server.live).not.toContain(old)
  })

  it('fails at once where its URL cannot be had', async () => {
    let isFree = true
    const { connection, clock, eventsOf, errors } = await setUpOpen({
      url: async () => {
        if (!isFree) throw new Error('no host is free')
        return 'ws://fake.test/'
      },
    })
    isFree = false
    connection.reconnect('moving', { handover: true })
    await clock.settle()
    expect(eventsOf('handover').map(({ step }) => step)).toEqual(['started', 'failed'])
    expect(errors).toMatchObject([{ code: 'HANDLER' }])
    expect(connection.state.status).toBe('open')
  })

  it.each(['close', 'reconnect', 'drop'] as const)(
    'makes no socket where %s comes before its URL',
    async (end) => {
      const answers: ((url: string) => void)[] = []
      const world = setUp({ url: () => new Promise((resolve) => answers.push(resolve)) })
      const { connection, server, clock } = world
      await clock.settle()
      answers[0]?.('ws://fake.test/first')
      await clock.advance(1)
      connection.reconnect('', { handover: true })
      await clock.settle()
      expect(answers).toHaveLength(2)
      if (end === 'drop') server.drop()
      else void connection[end]()
      answers[1]?.('ws://fake.test/ghost')
      await clock.advance(10)
      expect(server.connections.map(({ url }) => url)).toEqual(['ws://fake.test/first'])
    },
  )

  it('takes no longer than connectTimeout', async () => {
    const { connection, server, clock, eventsOf, errors } = await setUpOpen({ connectTimeout: 700 })
    server.hang()
    connection.reconnect('moving', { handover: true })
    await clock.advance(700)
    expect(eventsOf('handover').at(-1)).toMatchObject({ step: 'failed', close: { local: 'timeout' } })
    expect(errors).toMatchObject([{ code: 'CONNECT_TIMEOUT' }])
    await clock.advance(1)
    expect(server.live).toHaveLength(1)
    expect(connection.state.status).toBe('open')
  })

  it('has its error reported where nobody listens: no state tells it', async () => {
    const { connection, server, clock, reported } = await setUpOpen({ connectTimeout: 700, listens: false })
    server.hang()
    connection.reconnect('moving', { handover: true })
    await clock.advance(700)
    expect(reported).toMatchObject([{ code: 'CONNECT_TIMEOUT' }])
  })

  it('ends with a connection that is lost meanwhile, and the outage is ordinary', async () => {
    const { connection, clock, server, old, next } = await setUpMoving()
    old.drop()
    expect(connection.state).toMatchObject({ status: 'waiting', delay: 1_000 })
    expect(next.closedWith).toBeDefined()
    await clock.advance(1_001)
    expect(connection.state.status).toBe('open')
    expect(server.live).toHaveLength(1)
  })

  it('loses nothing where the next socket is lost while the old one closes', async () => {
    const { connection, clock, server, old, next } = await setUpMoving()
    server.answersClose = false
    await clock.advance(1)
    connection.send('queued')
    next.drop()
    expect(connection.state.status).toBe('waiting')
    expect(old.closedWith).toBeDefined()
    await clock.advance(1_001)
    expect(server.messages).toEqual(['queued'])
  })
})

describe('a handover that a Blob holds up', () => {
  it('writes nothing more to the old one, which is let send it first', async () => {
    const { connection, server, clock, old, next } = await setUpMoving()
    old.stall()
    connection.send(new Blob(['blob']))
    await clock.advance(5)
    connection.send('later')
    expect(old.closedWith).toBeUndefined()
    old.drain(Infinity)
    await clock.advance(100)
    expect(old.messages).toHaveLength(1)
    expect(old.closedWith).toMatchObject({ code: 1000 })
    expect(next.messages).toEqual(['later'])
    expect(server.live).toEqual([next])
  })
})

describe('close() during a handover', () => {
  it('closes both, and leaves no timer', async () => {
    const { connection, clock, server, next } = await setUpMoving()
    const closed = connection.close()
    expect(next.closedWith).toBeDefined()
    await clock.advance(10)
    expect(await closed).toMatchObject({ undelivered: [], unconfirmed: [] })
    expect(server.live).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('does not tell again what the old one may have lost, which its event has told', async () => {
    const { connection, clock, server, old, eventsOf } = await setUpMoving()
    server.answersClose = false
    connection.send('a')
    await clock.advance(1)
    old.drop(1006)
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['a'] }])
    server.answersClose = true
    const closed = connection.close()
    await clock.advance(10)
    expect(await closed).toMatchObject({ wasClean: true, unconfirmed: [] })
  })

  it('drains over the next one what waited for the old one to close', async () => {
    const { connection, clock, server } = await setUpMoving()
    server.answersClose = false
    await clock.advance(1)
    connection.send('last words')
    const closed = connection.close()
    server.answersClose = true
    await clock.advance(10)
    expect(await closed).toMatchObject({ code: 1005, undelivered: [], unconfirmed: [] })
    expect(server.messages).toEqual(['last words'])
    expect(clock.pending).toBe(0)
  })
})

describe('what goes along with a handover', () => {
  it('restores channels on the next socket, before anything else, once', async () => {
    const { connection, clock, server, next } = await setUpMoving()
    const written: unknown[] = []
    server.on('message', (data, to) => to === next && written.push(data))
    connection.channel({ subscribe: () => 'subscribe', filter: () => true }).subscribe()
    await clock.advance(1)
    connection.send('newer')
    connection.channel({ subscribe: () => 'another', filter: () => true }).subscribe()
    await clock.advance(10)
    expect(written).toEqual(['subscribe', 'another', 'newer'])
  })

  it('rejects a request that the old one carried, and sends it again with retry', async () => {
    const { connection, clock, server } = await setUpMoving()
    const outcomes: unknown[] = []
    const ask = (text: string, retry: boolean, match: (message: unknown) => boolean) =>
      connection.request(text, { match, retry }).then(
        (answer) => outcomes.push(answer),
        ({ code }) => outcomes.push(code),
      )
    ask('once', false, () => false)
    ask('again', true, (message) => message === 'answer')
    await clock.advance(1)
    ask('later', false, (message) => message === 'later')
    await clock.advance(1)
    expect(outcomes).toEqual(['CLOSED'])
    expect(server.messages).toEqual(['once', 'again', 'again', 'later'])
    server.send('answer')
    server.send('later')
    await clock.advance(0)
    expect(outcomes).toEqual(['CLOSED', 'answer', 'later'])
  })

  it('takes an answer that still comes over the old one', async () => {
    const { connection, clock, old } = await setUpMoving()
    const answer = connection.request('ask', { match: (message) => message === 'answer' })
    await clock.advance(1)
    tellLate(old, 'answer')
    await expect(answer).resolves.toBe('answer')
  })

  it('sends again what the server has not acknowledged, before anything newer', async () => {
    const { connection, clock, server } = await setUpMoving({
      delivery: { id: (message) => String(message), acknowledged: () => undefined },
    })
    for (const n of [1, 2]) connection.send(`${n}`)
    await clock.advance(1)
    connection.send('3')
    await clock.advance(1)
    expect(server.messages).toEqual(['1', '2', '1', '2', '3'])
    expect(connection.outbox).toMatchObject({ inFlight: 3, recovered: 2 })
  })

  it('asks the next socket whether it is alive', async () => {
    const { clock, server, next, eventsOf } = await setUpMoving({
      heartbeat: { message: () => 'ping', interval: 1_000, timeout: 1_000 },
    })
    await clock.advance(10)
    await clock.advance(1_000)
    expect(server.messages).toEqual(['ping'])
    expect(next.readyState).toBe(1)
    await clock.advance(1_200)
    expect(eventsOf('lost')).toMatchObject([{ close: { local: 'heartbeat' } }])
  })
})

describe('a handover with sign-in', () => {
  const CARRIER: Parameters<typeof firstMessage<{ type: string }>>[0] = {
    create: (token) => ({ type: 'sign-in', token }),
    accepted: ({ type }) => type === 'welcome',
    refused: ({ type }) => type === 'go-away',
    renew: false,
  }
  const via = firstMessage(CARRIER)
  const signIn = (auth: Partial<Auth> = {}): Options => {
    let count = 0
    return {
      url: 'wss://fake.test/',
      codec: json(),
      auth: {
        via,
        token: () => {
          count += 1
          return { value: `token-${count}`, expiresAt: START + 1_000_000 * count }
        },
        ...auth,
      },
    }
  }

  it('takes over once the next one is signed in', async () => {
    const { connection, server, clock, events } = setUp(signIn())
    await clock.advance(1)
    server.send('{"type":"welcome"}')
    const old = server.connection
    const heard: unknown[] = []
    connection.messages$.subscribe((message) => heard.push(message))
    connection.reconnect('', { handover: true })
    await clock.advance(1)
    expect(server.messages).toHaveLength(2)
    expect(old.closedWith).toBeUndefined()
    connection.send({ type: 'chat' })
    expect(server.messages).toHaveLength(3)
    server.connection.send('{"type":"welcome"}')
    await clock.advance(10)
    expect(server.live).toEqual([server.connection])
    expect(heard).toEqual([])
    expect(JSON.stringify(events)).not.toContain('token-')
  })

  it.each([
    ['refuses', (next: FakeConnection) => next.send('{"type":"go-away"}')],
    ['throws out', (next: FakeConnection) => next.close(4401, '')],
  ])('stays where the server %s the next one, and asks for another token next time', async (_, refuse) => {
    const asked: boolean[] = []
    const { connection, server, clock, eventsOf } = setUp(
      signIn({
        token: ({ refused }) => {
          asked.push(refused)
          return { value: 'secret', expiresAt: START + 1_000_000 }
        },
      }),
    )
    await clock.advance(1)
    server.send('{"type":"welcome"}')
    connection.reconnect('', { handover: true })
    await clock.advance(1)
    refuse(server.connection)
    expect(eventsOf('handover').at(-1)).toMatchObject({ step: 'failed' })
    expect(connection.state.status).toBe('open')
    connection.reconnect('', { handover: true })
    await clock.advance(1)
    expect(asked).toEqual([false, true])
  })

  it('stays at once where the next sign-in message cannot be made', async () => {
    let made = 0
    const create = (token: string) => {
      made += 1
      if (made > 1) throw new Error('no words')
      return { type: 'sign-in', token }
    }
    const { connection, server, clock, eventsOf } = setUp(
      signIn({ via: firstMessage({ ...CARRIER, create }) }),
    )
    await clock.advance(1)
    server.send('{"type":"welcome"}')
    const old = server.connection
    connection.reconnect('', { handover: true })
    await clock.advance(1)
    expect(eventsOf('handover').at(-1)).toMatchObject({
      step: 'failed',
      close: { error: { code: 'HANDLER' } },
    })
    await clock.advance(1)
    expect([connection.state.status, server.live]).toEqual(['open', [old]])
  })

  it('has as long for its sign-in as the carrier says', async () => {
    const { connection, server, clock, eventsOf } = setUp(
      signIn({
        via: firstMessage({ create: (token) => token, accepted: (message) => message === 1, timeout: 300 }),
      }),
    )
    await clock.advance(1)
    server.send('1')
    connection.reconnect('', { handover: true })
    await clock.advance(301)
    expect(eventsOf('handover').at(-1)).toMatchObject({ step: 'failed', close: { local: 'timeout' } })
    expect(connection.state.status).toBe('open')
  })

  it('moves to a renewed token in time, if told to', async () => {
    const { connection, server, clock, eventsOf } = setUp(
      signIn({ via: queryParameter(), renewBy: 'handover', refreshBefore: 10_000 }),
    )
    await clock.advance(1)
    expect(server.connection.url).toContain('token-1')
    await clock.advance(START + 1_000_000 - 10_000 - clock.environment.now())
    await clock.advance(10)
    expect(server.connection.url).toContain('token-2')
    expect(server.live).toEqual([server.connection])
    expect(connection.state.status).toBe('open')
    expect(steps(eventsOf('handover'))).toEqual(['started', 'done'])
  })

  it('tries that again after 30 s', async () => {
    const { server, clock, eventsOf } = setUp(
      signIn({ via: queryParameter(), renewBy: 'handover', refreshBefore: 100_000 }),
    )
    await clock.advance(1)
    server.refuse()
    await clock.advance(START + 1_000_000 - 100_000 - clock.environment.now())
    await clock.advance(10)
    expect(steps(eventsOf('handover'))).toEqual(['started', 'failed'])
    server.accept()
    await clock.advance(30_000)
    expect(steps(eventsOf('handover'))).toEqual(['started', 'failed', 'started', 'done'])
    expect(server.connection.url).toContain('token-3')
  })
})
