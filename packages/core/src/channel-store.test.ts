import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { setUpOpen } from '../../../test/unit/set-up.ts'
import { ChannelStore, type ChannelViewOptions, channelKey } from './channel-store.ts'

type View = ChannelViewOptions<unknown, unknown>

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const FRAME = 16

/** Messages of a room begin with its name. */
function room(name: string, options: Partial<View> = {}): View {
  return {
    subscribe: () => `+${name}`,
    unsubscribe: () => `-${name}`,
    filter: (message) => String(message).startsWith(name),
    ...options,
  }
}

async function setUp() {
  const world = await setUpOpen()
  const view = (options: View, key = 'key a') => {
    const store = new ChannelStore(world.connection, key, options)
    const seen: unknown[] = []
    const listener = (): void => void seen.push(store.get())
    return { store, seen, listener, subscribe: () => store.subscribe(listener) }
  }
  /** Views leave in a microtask. */
  const settle = () => world.clock.advance(0)
  return { ...world, view, settle }
}

async function endsWithTheLast(
  { server, settle }: Awaited<ReturnType<typeof setUp>>,
  first: readonly (() => void)[],
  last: () => void,
): Promise<void> {
  for (const leave of first) leave()
  await settle()
  expect(server.messages).toEqual(['+a'])
  last()
  await settle()
  expect(server.messages).toEqual(['+a', '-a'])
}

describe('a view that goes over to another channel', () => {
  /** What changes with a parameter, and is one subscription for a server that goes by the topic. */
  const depth = (value: number): View => ({
    subscribe: () => `+book ${value}`,
    unsubscribe: () => '-book',
    filter: () => true,
  })

  it('ends the old subscription before it begins the new one', async () => {
    const { server, view, settle } = await setUp()
    const leave = view(depth(1), '1').subscribe()
    leave()
    view(depth(2), '2').subscribe()
    await settle()
    expect(server.messages).toEqual(['+book 1', '-book', '+book 2'])
  })

  it('begins anew where that is asked for while it ends', async () => {
    const { connection, server, view, settle } = await setUp()
    const again = view(depth(1), '1')
    connection.events$.subscribe((event) => {
      if (event.type === 'channel' && event.action === 'unsubscribe') again.subscribe()
    })
    view(depth(1), '1').subscribe()()
    await settle()
    expect(server.messages).toEqual(['+book 1', '-book', '+book 1'])
  })

  it('begins none that was left again in the meantime', async () => {
    const { server, view, settle } = await setUp()
    view(depth(1), '1').subscribe()()
    view(depth(2), '2').subscribe()()
    view(depth(1), '1').subscribe()
    await settle()
    expect(server.messages).toEqual(['+book 1'])
  })
})

describe('the key of a channel', () => {
  it.each<[string, string | undefined, View]>([
    ['is none where it is not wanted', undefined, room('a', { enabled: false, key: 'k' })],
    ['is the one that was given', 'key k', room('a', { key: 'k', enabled: true })],
    ['may be empty', 'key ', room('a', { key: '' })],
    ['is another for a view that asks for nothing', 'filter k', { filter: () => true, key: 'k' }],
    ['is the content of what subscribes', '"+a"', room('a')],
    ['is one for all that ask for nothing', 'undefined:undefined', { filter: () => true }],
    [
      'is one for all whose subscribe() throws',
      '',
      room('a', {
        subscribe: () => {
          throw new Error('broken')
        },
      }),
    ],
  ])('%s: %s', (_, key, options) => {
    expect(channelKey(options)).toBe(key)
  })
})

describe('a channel that views share', () => {
  it('is subscribed to for those that ask, whoever came first', async () => {
    const { view, server } = await setUp()
    const passive = { filter: () => true, key: 'k' }
    const asking = room('a', { key: 'k' })
    const views = [passive, asking].map((options) => view(options, channelKey(options)))
    for (const { subscribe } of views) subscribe()
    expect(server.messages).toEqual(['+a'])
  })

  it('is subscribed to once, until the last view has left', async () => {
    const world = await setUp()
    const leave = world.view(room('a')).subscribe()
    await endsWithTheLast(world, [leave], world.view(room('a')).subscribe())
  })

  it('is subscribed to anew by whoever comes after that', async () => {
    const { view, server, settle } = await setUp()
    const { subscribe } = view(room('a'))
    subscribe()()
    await settle()
    subscribe()
    expect(server.messages).toEqual(['+a', '-a', '+a'])
  })

  it('stays over a view that leaves and comes back at once', async () => {
    const { view, server, settle } = await setUp()
    const { subscribe } = view(room('a'))
    subscribe()()
    subscribe()
    await settle()
    expect(server.messages).toEqual(['+a'])
  })

  it('ends once, however often a view had left and come back', async () => {
    const { view, server, settle } = await setUp()
    const { subscribe } = view(room('a'))
    subscribe()()
    subscribe()()
    await settle()
    expect(server.messages).toEqual(['+a', '-a'])
  })

  it('is another one under another key', async () => {
    const { view, server } = await setUp()
    view(room('a')).subscribe()
    view(room('b'), 'key b').subscribe()
    expect(server.messages).toEqual(['+a', '+b'])
  })

  it('is one view for the first listener, and until the last', async () => {
    const world = await setUp()
    const { store, listener } = world.view(room('a'))
    const leave = store.subscribe(listener)
    await endsWithTheLast(world, [leave, leave], store.subscribe(listener))
  })

  it('calls the functions of the view that came last, and of those that are left when it goes', async () => {
    const { view, server, connection, handshake, settle } = await setUp()
    const first = view(room('a'))
    const second = view(room('a', { subscribe: () => '+second', unsubscribe: () => '-second' }))
    first.subscribe()
    const stop = second.subscribe()
    connection.reconnect()
    await handshake()
    stop()
    await settle()
    connection.reconnect()
    await handshake()
    expect(server.messages).toEqual(['+a', '+second', '+a'])
  })

  it('resumes as its newest view says, or as the one that made it', async () => {
    const { view, server, connection, handshake } = await setUp()
    view(room('a', { resume: (last) => `first after ${last}` })).subscribe()
    server.send('a1')
    view(room('a')).subscribe()
    connection.reconnect()
    await handshake()
    view(room('a', { resume: (last) => `newest after ${last}` })).subscribe()
    connection.reconnect()
    await handshake()
    expect(server.messages).toEqual(['+a', 'first after a1', 'newest after a1'])
  })

  it('ends as its newest view says, or as the one that made it', async () => {
    const { view, server, settle } = await setUp()
    const { unsubscribe, ...silent } = room('a')
    const stops = [view(room('a')).subscribe(), view(silent).subscribe()]
    stops[0]?.()
    stops[1]?.()
    await settle()
    expect(server.messages).toEqual(['+a', '-a'])
  })

  it('ends and resumes as one of its views says, whoever made it', async () => {
    const { view, server, connection, handshake, settle } = await setUp()
    const { unsubscribe, ...silent } = room('a')
    const talks = view(room('a', { resume: (last) => `after ${last}` })).subscribe
    const stops = [view(silent).subscribe(), talks(), view(silent).subscribe()]
    server.send('a1')
    server.send('of no view')
    connection.reconnect()
    await handshake()
    stops[0]?.()
    stops[2]?.()
    stops[1]?.()
    await settle()
    expect(server.messages).toEqual(['+a', 'after a1', '-a'])
  })

  it('ends as a view has said that is gone, where those that are left say nothing', async () => {
    const { view, server, settle } = await setUp()
    const { unsubscribe, ...silent } = room('a')
    const stops = [view(silent).subscribe(), view(room('a')).subscribe()]
    stops[1]?.()
    stops[0]?.()
    await settle()
    expect(server.messages).toEqual(['+a', '-a'])
  })

  it('ends in silence where no view has said how', async () => {
    const { view, server, settle } = await setUp()
    const { unsubscribe, ...silent } = room('a')
    view(silent).subscribe()()
    await settle()
    expect(server.messages).toEqual(['+a'])
  })
})

describe('what a view sees', () => {
  it('is the newest message that its own filter takes, once a frame', async () => {
    const { view, server } = await setUp()
    const all = view(room('a'))
    const odd = view(room('a', { filter: (message) => /^a.*[13]$/.test(String(message)) }))
    all.subscribe()
    odd.subscribe()
    for (const text of ['a1', 'a2', 'a3', 'a4', 'b5']) server.send(text)
    expect([all.store.get(), odd.store.get()]).toEqual([undefined, undefined])
    vi.advanceTimersByTime(FRAME)
    expect([all.seen, odd.seen]).toEqual([['a4'], ['a3']])
  })

  it('is the same message to all its listeners, and new only if it changed', async () => {
    const { view, server } = await setUp()
    const { store, seen, listener } = view(room('a'))
    store.subscribe(listener)
    store.subscribe(listener)
    server.send('a1')
    vi.advanceTimersByTime(FRAME)
    server.send('a1')
    vi.advanceTimersByTime(FRAME)
    expect(seen).toEqual(['a1', 'a1'])
  })

  it('is up to date once it has left, and leaves no timer', async () => {
    const { view, server } = await setUp()
    const { store, seen, subscribe } = view(room('a'))
    const stop = subscribe()
    server.send('a1')
    expect(vi.getTimerCount()).toBe(1)
    stop()
    expect(vi.getTimerCount()).toBe(0)
    expect(store.get()).toBe('a1')
    expect(seen).toEqual([])
  })

  it('is forgotten once it has left, for what comes meanwhile is not seen; not for a remount', async () => {
    const { view, server, settle } = await setUp()
    const { store, subscribe } = view(room('a'))
    const stop = subscribe()
    server.send('a1')
    vi.advanceTimersByTime(FRAME)
    stop()
    const again = subscribe()
    await settle()
    expect(store.get()).toBe('a1')
    again()
    await settle()
    expect(store.get()).toBeUndefined()
  })

  it('is not late because another view has left in this frame', async () => {
    const { view, server } = await setUp()
    const stays = view(room('a'))
    stays.subscribe()
    const stop = view(room('a')).subscribe()
    server.send('a1')
    stop()
    vi.advanceTimersByTime(FRAME)
    expect(stays.seen).toEqual(['a1'])
  })

  it('goes to its handler at once, where it has one', async () => {
    const { view, server } = await setUp()
    const { store, seen, subscribe } = view(room('a'))
    const handled: unknown[] = []
    subscribe()
    store.update(room('a'), (message) => handled.push(message))
    server.send('a1')
    server.send('a2')
    vi.advanceTimersByTime(FRAME)
    expect([handled, seen]).toEqual([['a1', 'a2'], []])
  })

  it('is decided by the filter of its newest render', async () => {
    const { view, server } = await setUp()
    const { store, seen, subscribe } = view(room('a'))
    subscribe()
    store.update(room('b'), undefined)
    server.send('a1')
    server.send('b1')
    vi.advanceTimersByTime(FRAME)
    expect(seen).toEqual(['b1'])
  })
})

describe('a view that throws', () => {
  it('in a listener is told of, and keeps none of its views from the message', async () => {
    const { view, server, errors } = await setUp()
    const { store, seen, listener } = view(room('a'))
    store.subscribe(() => {
      throw new Error('broken')
    })
    store.subscribe(listener)
    server.send('a1')
    vi.advanceTimersByTime(FRAME)
    expect(seen).toEqual(['a1'])
    expect(errors).toMatchObject([{ code: 'HANDLER' }])
  })

  it('is refused at once where it has no filter', async () => {
    const { view } = await setUp()
    const { filter, ...rest } = room('a')
    expect(() => view(rest as View)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringContaining('channel.filter') }),
    )
  })

  it('in its filter gets no message, is told of, and keeps none from the others', async () => {
    const { view, server, errors } = await setUp()
    const cause = new Error('broken')
    const broken = view(
      room('a', {
        filter: () => {
          throw cause
        },
      }),
    )
    const sound = view(room('a'))
    broken.subscribe()
    sound.subscribe()
    server.send('a1')
    vi.advanceTimersByTime(FRAME)
    expect([broken.seen, sound.seen]).toEqual([[], ['a1']])
    expect(errors).toMatchObject([
      { code: 'HANDLER', cause, message: expect.stringContaining('channel.filter') },
    ])
  })

  it('in its handler is told of, and keeps no message from the others', async () => {
    const { view, server, errors } = await setUp()
    const cause = new Error('broken')
    const broken = view(room('a'))
    const sound = view(room('a'))
    broken.subscribe()
    sound.subscribe()
    broken.store.update(room('a'), () => {
      throw cause
    })
    server.send('a1')
    vi.advanceTimersByTime(FRAME)
    expect(sound.seen).toEqual(['a1'])
    expect(errors).toMatchObject([{ code: 'HANDLER', cause }])
  })
})
