import {
  EMPTY,
  filter,
  firstValueFrom,
  from,
  lastValueFrom,
  merge,
  type Observable,
  observable,
  of,
  Subject,
  switchMap,
  take,
  takeUntil,
  timeout,
  toArray,
} from 'rxjs'
import { describe, expect, it } from 'vitest'
import { setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import { json } from './codec.ts'

/** What another library sees: the symbol, and subscribe(). */
interface Foreign {
  subscribe(observer: { next?: (value: unknown) => void; complete?: () => void }): { unsubscribe(): void }
}

function foreign(source: object): Foreign {
  const convert = (source as Record<string | symbol, unknown>)[observable]
  expect(convert).toBeTypeOf('function')
  return (convert as () => Foreign).call(source)
}

/** As the async pipe of Angular: subscribes once, shows the newest, lets go of the old when given another. */
class AsyncPipe<T> {
  #source: Observable<T> | undefined
  #subscription: { unsubscribe(): void } | undefined
  #latest: T | null = null

  transform(source: Observable<T>): T | null {
    if (source !== this.#source) {
      this.destroy()
      this.#source = source
      this.#subscription = source.subscribe({
        next: (value) => {
          this.#latest = value
        },
        error: (error: unknown) => {
          throw error
        },
      })
    }
    return this.#latest
  }

  destroy(): void {
    this.#subscription?.unsubscribe()
    this.#subscription = undefined
    this.#latest = null
  }
}

describe('Symbol.observable', () => {
  it.each(['state$', 'messages$', 'outbox$', 'events$', 'errors$'] as const)('is that of %s', (name) => {
    const { connection } = setUp()
    expect(foreign(connection[name])).toBe(connection[name])
  })

  it('of a connection gives its messages', async () => {
    const { connection, server } = await setUpOpen()
    const seen: unknown[] = []
    const { unsubscribe } = foreign(connection).subscribe({ next: (message) => seen.push(message) })
    const all = firstValueFrom(from(connection).pipe(take(2), toArray()))
    server.send('1')
    expect(unsubscribe).toBeTypeOf('function')
    server.send('2')
    expect(seen).toEqual(['1', '2'])
    expect(await all).toEqual(['1', '2'])
  })
})

describe('a connection under code that is written for rxjs', () => {
  it('waits for a state with firstValueFrom()', async () => {
    const { connection, handshake } = setUp()
    const open = firstValueFrom(connection.state$.pipe(filter(({ status }) => status === 'open')))
    await handshake()
    expect((await open).status).toBe('open')
  })

  it('has all messages of a life with lastValueFrom()', async () => {
    const { connection, server } = await setUpOpen()
    const all = lastValueFrom(connection.messages$.pipe(toArray()))
    server.send('1')
    server.close(1000)
    expect(await all).toEqual(['1'])
  })

  it('is used as webSocket(): multiplexed by topic, switched, and taken until', async () => {
    const { connection, server } = await setUpOpen({ codec: json() })
    const multiplex = (topic: string) =>
      connection.channel({
        subscribe: () => ({ subscribe: topic }),
        unsubscribe: () => ({ unsubscribe: topic }),
        filter: (message) => (message as { topic?: string }).topic === topic,
      })
    const seen: unknown[] = []
    const topics = new Subject<string>()
    const end = new Subject<void>()
    topics.pipe(switchMap(multiplex), takeUntil(end)).subscribe((message) => seen.push(message))
    topics.next('a')
    server.send('{"topic":"a"}')
    topics.next('b')
    server.send('{"topic":"a"}')
    server.send('{"topic":"b"}')
    end.next()
    expect(seen).toEqual([{ topic: 'a' }, { topic: 'b' }])
    expect(server.messages).toEqual([
      '{"subscribe":"a"}',
      '{"unsubscribe":"a"}',
      '{"subscribe":"b"}',
      '{"unsubscribe":"b"}',
    ])
  })

  it('is shown by a pipe as that of Angular', async () => {
    const { connection, server, handshake } = setUp()
    const [status, message] = [new AsyncPipe<unknown>(), new AsyncPipe<unknown>()]
    expect(status.transform(connection.state$)).toMatchObject({ status: 'idle' })
    expect(message.transform(connection.messages$)).toBe(null)
    await handshake()
    server.send('hello')
    expect(status.transform(connection.state$)).toMatchObject({ status: 'open' })
    expect(message.transform(connection.messages$)).toBe('hello')
    message.destroy()
    expect(() => server.send('unheard')).not.toThrow()
  })

  it('lets operators see what they cause themselves', async () => {
    const { connection, server } = await setUpOpen()
    const silent = firstValueFrom(connection.messages$.pipe(timeout({ first: 1, with: () => of('none') })))
    expect(await silent).toBe('none')
    server.send('late')
  })
})

describe('a subscription', () => {
  it('made before open misses nothing, made inside another one begins with the next message', async () => {
    const { connection, server, handshake } = setUp()
    const seen: string[] = []
    connection.messages$.subscribe((outer) => {
      seen.push(`outer ${outer}`)
      if (outer === '1') connection.messages$.subscribe((inner) => seen.push(`inner ${inner}`))
    })
    await handshake()
    server.send('1')
    server.send('2')
    expect(seen).toEqual(['outer 1', 'outer 2', 'inner 2'])
    expect(await asSubject(['1', '2'])).toEqual(seen)
  })

  it('that ends itself in its handler gets no more; one that ends another one still lets it see this', async () => {
    const { connection, server } = await setUpOpen()
    const seen: string[] = []
    const first = connection.messages$.subscribe((message) => {
      seen.push(`first ${message}`)
      first.unsubscribe()
    })
    connection.messages$.subscribe((message) => {
      seen.push(`second ${message}`)
      third.unsubscribe()
    })
    const third = connection.messages$.subscribe((message) => seen.push(`third ${message}`))
    server.send('1')
    server.send('2')
    // As with a Subject: who is unsubscribed meanwhile is told nothing any more.
    expect(seen).toEqual(['first 1', 'second 1', 'second 2'])
  })

  it('that throws is reported, and stops nobody else, behind operators too', async () => {
    const { connection, server, errors } = await setUpOpen()
    const seen: unknown[] = []
    connection.messages$.subscribe(() => {
      throw new Error('direct')
    })
    merge(connection.messages$, EMPTY).subscribe((message) => seen.push(message))
    server.send('1')
    server.send('2')
    expect(seen).toEqual(['1', '2'])
    expect(errors).toMatchObject([{ code: 'HANDLER' }, { code: 'HANDLER' }])
  })
})

/** What rxjs itself does with a subscription inside a subscription. */
async function asSubject(messages: readonly string[]): Promise<string[]> {
  const subject = new Subject<string>()
  const seen: string[] = []
  subject.subscribe((outer) => {
    seen.push(`outer ${outer}`)
    if (outer === '1') subject.subscribe((inner) => seen.push(`inner ${inner}`))
  })
  for (const message of messages) subject.next(message)
  return seen
}
