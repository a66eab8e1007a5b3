import { firstValueFrom, type Subscription, take } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { answerAtOnce, setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import { firstMessage } from './carriers.ts'
import { json } from './codec.ts'
import type { HoldfastError } from './errors.ts'

interface Tick {
  topic: string
  n: number
}

const isTick = (message: unknown): message is Tick =>
  typeof message === 'object' && message !== null && 'topic' in message && message.topic === 'ticks'

const TICKS = {
  subscribe: () => ({ subscribe: 'ticks' }),
  unsubscribe: () => ({ unsubscribe: 'ticks' }),
  filter: isTick,
}

const options = { codec: json() }
const SUBSCRIBE = '{"subscribe":"ticks"}'
const UNSUBSCRIBE = '{"unsubscribe":"ticks"}'
const tick = (n: number) => JSON.stringify({ topic: 'ticks', n })

describe('a channel', () => {
  it('subscribes for its first subscriber, unsubscribes when the last one leaves', async () => {
    const { connection, server } = await setUpOpen(options)
    const channel = connection.channel(TICKS)
    expect(server.messages).toEqual([])
    const subscriptions = Array.from({ length: 10 }, () => channel.subscribe())
    expect(server.messages).toEqual([SUBSCRIBE])
    for (const subscription of subscriptions) {
      expect(server.messages).toHaveLength(1)
      subscription.unsubscribe()
    }
    expect(server.messages).toEqual([SUBSCRIBE, UNSUBSCRIBE])
    channel.subscribe()
    expect(server.messages).toEqual([SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBE])
  })

  it('needs no unsubscribe', async () => {
    const { connection, server, errors } = await setUpOpen(options)
    const { unsubscribe: _, ...rest } = TICKS
    connection.channel(rest).subscribe().unsubscribe()
    expect(server.messages).toEqual([SUBSCRIBE])
    expect(errors).toEqual([])
  })

  it('needs no subscribe: it is what its filter picks, and the server hears nothing of it', async () => {
    const { connection, server, clock, errors, eventsOf } = await setUpOpen(options)
    const { filter, unsubscribe } = TICKS
    const seen: number[] = []
    const subscription = connection.channel({ filter, unsubscribe }).subscribe(({ n }) => seen.push(n))
    server.send(tick(1))
    server.send('{"topic":"other"}')
    server.drop()
    await clock.advance(1_001)
    server.send(tick(2))
    subscription.unsubscribe()
    expect(seen).toEqual([1, 2])
    expect(server.messages).toEqual([])
    expect(errors).toEqual([])
    expect(eventsOf('channel')).toEqual([])
  })

  it('without subscribe still carries on where it was, if it says how', async () => {
    const { connection, server, clock } = await setUpOpen(options)
    const resume = ({ n }: Tick) => ({ after: n })
    connection.channel({ filter: isTick, resume }).subscribe()
    server.send(tick(7))
    server.drop()
    await clock.advance(1_001)
    expect(server.messages).toEqual(['{"after":7}'])
  })

  it('emits what its filter lets through, to every subscriber; messages$ has all', async () => {
    const { connection, server } = await setUpOpen(options)
    const channel = connection.channel(TICKS)
    const [first, second, all]: unknown[][] = [[], [], []]
    channel.subscribe(({ n }) => first?.push(n))
    server.send(tick(1))
    channel.subscribe(({ n }) => second?.push(n))
    connection.messages$.subscribe((message) => all?.push(message))
    server.send(tick(2))
    server.send('{"topic":"other"}')
    expect([first, second]).toEqual([[1, 2], [2]])
    expect(all).toEqual([{ topic: 'ticks', n: 2 }, { topic: 'other' }])
  })

  it('hears an answer that comes within the call', async () => {
    const { connection, server } = await setUpOpen(options)
    answerAtOnce(server, () => tick(1))
    expect(await firstValueFrom(connection.channel(TICKS))).toEqual({ topic: 'ticks', n: 1 })
  })

  it('sends nothing while it is not open, and once when it opens, before the queue', async () => {
    const { connection, server, handshake, eventsOf } = setUp(options)
    connection.send('queued')
    const channel = connection.channel(TICKS)
    channel.subscribe()
    channel.subscribe()
    await handshake()
    expect(server.messages).toEqual([SUBSCRIBE, '"queued"'])
    expect(eventsOf('channel')).toHaveLength(1)
  })

  it('is not sent where nobody is left when the connection opens', async () => {
    const { connection, server, handshake } = setUp(options)
    connection.channel(TICKS).subscribe().unsubscribe()
    await handshake()
    expect(server.messages).toEqual([])
  })

  it('subscribes again after every reconnect, before the queue, and ends an old one nowhere', async () => {
    const { connection, server, clock } = await setUpOpen(options)
    const channel = connection.channel(TICKS)
    const subscription = channel.subscribe()
    for (let outage = 0; outage < 2; outage++) {
      server.drop()
      connection.send(outage)
      await clock.advance(1_001)
    }
    expect(server.messages).toEqual([SUBSCRIBE, SUBSCRIBE, '0', SUBSCRIBE, '1'])
    server.drop()
    subscription.unsubscribe()
    await clock.advance(1_001)
    expect(server.messages).toHaveLength(5)
  })

  it('comes back in the order in which channels were subscribed to', async () => {
    const { connection, server, clock } = await setUpOpen(options)
    for (const name of ['a', 'b', 'c']) {
      connection.channel({ subscribe: () => name, filter: () => false }).subscribe()
    }
    server.drop()
    await clock.advance(1_001)
    expect(server.messages).toEqual(['"a"', '"b"', '"c"', '"a"', '"b"', '"c"'])
  })

  it('comes after the sign-in', async () => {
    const { connection, server, handshake } = setUp({
      ...options,
      auth: {
        token: () => 'secret',
        via: firstMessage({ create: (token) => ({ token }), accepted: (message) => message === 'welcome' }),
      },
      url: 'wss://fake.test',
    })
    connection.channel(TICKS).subscribe()
    await handshake()
    connection.channel({ subscribe: () => 'late', filter: () => false }).subscribe()
    expect(server.messages).toEqual(['{"token":"secret"}'])
    server.send('"welcome"')
    expect(server.messages).toEqual(['{"token":"secret"}', SUBSCRIBE, '"late"'])
  })

  it('carries on from the last message with resume, and begins anew where there was none', async () => {
    const { connection, server, clock } = await setUpOpen(options)
    const channel = connection.channel({ ...TICKS, resume: ({ n }) => ({ after: n }) })
    const subscription = channel.subscribe()
    server.drop()
    await clock.advance(1_001)
    server.send(tick(7))
    server.send('{"topic":"other"}')
    server.drop()
    await clock.advance(1_001)
    subscription.unsubscribe()
    channel.subscribe()
    expect(server.messages).toEqual([SUBSCRIBE, SUBSCRIBE, '{"after":7}', UNSUBSCRIBE, SUBSCRIBE])
  })

  it('begins anew for one who comes after all have left, also after a reconnect', async () => {
    const { connection, server, clock } = await setUpOpen(options)
    const channel = connection.channel({ ...TICKS, resume: ({ n }) => ({ after: n }) })
    const subscription = channel.subscribe()
    server.send(tick(7))
    subscription.unsubscribe()
    channel.subscribe()
    server.drop()
    await clock.advance(1_001)
    expect(server.messages).toEqual([SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBE, SUBSCRIBE])
  })

  it('is no part of the queue: neither counted, nor listed, nor limited', async () => {
    const { connection, server, handshake } = setUp({ ...options, queue: { maxMessages: 1 } })
    for (let i = 0; i < 3; i++) connection.channel(TICKS).subscribe()
    expect(connection.outbox.queued).toBe(0)
    await handshake()
    expect(server.messages).toHaveLength(3)
    expect(connection.outbox).toMatchObject({ accepted: 0, written: 0 })
    connection.channel(TICKS).subscribe()
    const { undelivered } = await closed(connection.close(), handshake)
    expect(undelivered).toEqual([])
  })

  it('makes a lazy connection dial, and lets it rest again', async () => {
    const { connection, clock, server, statuses } = setUp({ ...options, lazy: true, idleTimeout: 100 })
    const subscription = connection.channel(TICKS).subscribe()
    await clock.advance(1_000)
    expect(server.messages).toEqual([SUBSCRIBE])
    subscription.unsubscribe()
    await clock.advance(101)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'idle'])
    expect(clock.pending).toBe(0)
  })

  it('completes at closed, and waits for open() when subscribed to after that', async () => {
    const { connection, server, handshake } = await setUpOpen(options)
    const seen: string[] = []
    const channel = connection.channel(TICKS)
    channel.subscribe({ next: ({ n }) => seen.push(`${n}`), complete: () => seen.push('complete') })
    await closed(connection.close(), handshake)
    expect(seen).toEqual(['complete'])
    channel.subscribe(({ n }) => seen.push(`${n}`))
    connection.open()
    await handshake()
    server.send(tick(1))
    expect(seen).toEqual(['complete', '1'])
    // Nobody asked for an end while the connection ended.
    expect(server.messages).toEqual([SUBSCRIBE, SUBSCRIBE])
  })

  it('completes at dispose, and for whoever comes later', async () => {
    const { connection, handshake } = await setUpOpen(options)
    const ends: number[] = []
    const channel = connection.channel(TICKS)
    channel.subscribe({ complete: () => ends.push(1) })
    await closed(connection[Symbol.asyncDispose](), handshake)
    channel.subscribe({ complete: () => ends.push(2) })
    expect(ends).toEqual([1, 2])
  })

  it('tells its messages as events, without content', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen(options)
    const channel = connection.channel({ ...TICKS, resume: () => 'resume' })
    const subscription = channel.subscribe()
    server.send(tick(1))
    server.drop()
    await clock.advance(1_001)
    subscription.unsubscribe()
    expect(eventsOf('channel').map(({ at: _, ...event }) => event)).toEqual([
      { type: 'channel', action: 'subscribe' },
      { type: 'channel', action: 'resume' },
      { type: 'channel', action: 'unsubscribe' },
    ])
  })

  it('counts what nobody wanted as unobserved', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen(options)
    connection.channel(TICKS).subscribe()
    server.send(tick(1))
    server.send('{"topic":"other"}')
    await clock.advance(20)
    expect(eventsOf('unobserved').map(({ count }) => count)).toEqual([1])
  })
})

describe('a channel whose functions throw', () => {
  const broken = new Error('broken')
  const bad = (): never => {
    throw broken
  }

  it.each(['subscribe', 'unsubscribe', 'filter', 'resume'])('reports %s, and stops nobody', async (name) => {
    const { connection, server, clock, errors } = await setUpOpen(options)
    const seen: number[] = []
    const subscription = connection.channel({ ...TICKS, [name]: bad }).subscribe()
    connection.channel(TICKS).subscribe(({ n }) => seen.push(n))
    server.send(tick(1))
    server.drop()
    await clock.advance(1_001)
    server.send(tick(2))
    subscription.unsubscribe()
    expect(seen).toEqual([1, 2])
    expect(server.messages.filter((message) => message === SUBSCRIBE).length).toBeGreaterThanOrEqual(2)
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['HANDLER']))
    expect(errors[0]).toMatchObject({ message: `channel.${name} threw.`, cause: broken })
  })

  it('does not unsubscribe from what it could not subscribe to', async () => {
    const { connection, server } = await setUpOpen(options)
    connection
      .channel({ ...TICKS, subscribe: bad })
      .subscribe()
      .unsubscribe()
    expect(server.messages).toEqual([])
  })

  it.each(['subscribe', 'resume'])('does not unsubscribe from what %s could not bring back', async (name) => {
    const { connection, server, clock } = await setUpOpen(options)
    const subscribe = () => (server.connections.length > 1 ? bad() : TICKS.subscribe())
    const subscription = connection.channel({ ...TICKS, subscribe, resume: bad }).subscribe()
    if (name === 'resume') server.send(tick(1))
    server.drop()
    await clock.advance(1_001)
    subscription.unsubscribe()
    expect(server.messages).toEqual([SUBSCRIBE])
  })

  it('reports a message that cannot be encoded', async () => {
    const { connection, errors } = await setUpOpen(options)
    connection.channel({ ...TICKS, subscribe: () => 1n }).subscribe()
    expect(errors).toMatchObject([{ code: 'ENCODE' }])
  })

  it('reports a subscriber that throws, and tells the others', async () => {
    const { connection, server, errors } = await setUpOpen(options)
    const channel = connection.channel(TICKS)
    const seen: number[] = []
    channel.subscribe(bad)
    channel.subscribe(({ n }) => seen.push(n))
    server.send(tick(1))
    server.send(tick(2))
    expect(seen).toEqual([1, 2])
    expect(errors).toMatchObject([{ code: 'HANDLER' }, { code: 'HANDLER' }])
  })

  it.each<[string, unknown]>([
    ['no options', undefined],
    ['a subscribe that is no function', { ...TICKS, subscribe: 'x' }],
    ['no filter', { subscribe: () => 'x' }],
    ['an unsubscribe that is no function', { ...TICKS, unsubscribe: 'x' }],
    ['a resume that is no function', { ...TICKS, resume: {} }],
  ])('refuses %s', async (_, given) => {
    const { connection } = setUp(options)
    expect(() => connection.channel(given as never)).toThrow(
      expect.objectContaining<Partial<HoldfastError>>({ code: 'CONFIGURATION' }),
    )
  })
})

describe('subscribing to a channel', () => {
  it('inside a handler of another subscription brings no message twice', async () => {
    const { connection, server } = await setUpOpen(options)
    const channel = connection.channel(TICKS)
    const inner: number[] = []
    connection.messages$.pipe(take(1)).subscribe(() => channel.subscribe(({ n }) => inner.push(n)))
    server.send(tick(1))
    server.send(tick(2))
    expect(inner).toEqual([2])
  })

  it('and leaving in its own handler ends it', async () => {
    const { connection, server } = await setUpOpen(options)
    const seen: number[] = []
    const channel = connection.channel(TICKS)
    const subscription = channel.subscribe(({ n }) => {
      seen.push(n)
      subscription.unsubscribe()
    })
    server.send(tick(1))
    server.send(tick(2))
    expect(seen).toEqual([1])
    expect(server.messages).toEqual([SUBSCRIBE, UNSUBSCRIBE])
  })

  it('leaving while the channel comes back sends nothing for it', async () => {
    const { connection, server, clock } = await setUpOpen(options)
    connection
      .channel({
        subscribe(): string {
          if (server.connections.length > 1) second.unsubscribe()
          return 'first'
        },
        filter: () => false,
      })
      .subscribe()
    const second: Subscription = connection
      .channel({ subscribe: () => 'second', filter: () => false })
      .subscribe()
    server.drop()
    await clock.advance(1_001)
    expect(server.messages).toEqual(['"first"', '"second"', '"first"'])
  })
})

/** What becomes of a close() whose handshake takes place meanwhile. */
async function closed<T>(end: Promise<T>, handshake: () => Promise<void>): Promise<T> {
  await handshake()
  return end
}
