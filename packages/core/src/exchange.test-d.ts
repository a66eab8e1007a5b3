import type { Observable } from 'rxjs'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { type Connection, connect, json } from './index.ts'

interface Trade {
  kind: 'trade'
  price: number
}
interface News {
  kind: 'news'
  title: string
}
type Incoming = Trade | News
interface Outgoing {
  subscribe: string
  after?: number
}

declare const connection: Connection<Incoming, Outgoing>
declare function isTrade(message: Incoming): message is Trade
const subscribe = () => ({ subscribe: 'trades' })
const idOf = (message: Incoming) => message.kind

describe('channel()', () => {
  it('has the type that a guard guards, named or inferred', () => {
    expectTypeOf(connection.channel({ subscribe, filter: isTrade })).toEqualTypeOf<Observable<Trade>>()
    expectTypeOf(
      connection.channel({ subscribe, filter: (message) => message.kind === 'trade' }),
    ).toEqualTypeOf<Observable<Trade>>()
    const resumed = connection.channel({
      subscribe,
      filter: isTrade,
      resume: (last) => ({ subscribe: 'trades', after: last.price }),
    })
    expectTypeOf(resumed).toEqualTypeOf<Observable<Trade>>()
  })

  it('has the type of all messages without a guard', () => {
    const channel = connection.channel({
      subscribe,
      filter: (message) => Math.random() > 0.5 || message.kind === 'news',
      resume: (last) => ({ subscribe: last.kind }),
    })
    expectTypeOf(channel).toEqualTypeOf<Observable<Incoming>>()
  })

  it('has the type of a schema', () => {
    const checked = connect('wss://example.com', { schema: z.object({ n: z.number() }) })
    expectTypeOf(checked.channel({ subscribe, filter: () => true })).toEqualTypeOf<
      Observable<{ n: number }>
    >()
  })

  it('sends what the connection takes', () => {
    // @ts-expect-error a number is no Outgoing
    connection.channel({ subscribe: () => 1, filter: isTrade })
    // @ts-expect-error nor does a text end it
    connection.channel({ subscribe, unsubscribe: () => 'off', filter: isTrade })
    // @ts-expect-error nor resume it
    connection.channel({ subscribe, filter: isTrade, resume: () => 'on' })
    // @ts-expect-error a filter is needed
    connection.channel({ subscribe })
  })
})

describe('request()', () => {
  it('resolves with the type that a guard guards, named or inferred', () => {
    const message = { subscribe: 'x' }
    expectTypeOf(connection.request(message, { match: isTrade })).toEqualTypeOf<Promise<Trade>>()
    expectTypeOf(
      connection.request(message, { match: (incoming) => incoming.kind === 'news', timeout: 5_000 }),
    ).toEqualTypeOf<Promise<News>>()
  })

  it('resolves with any message otherwise', () => {
    const message = { subscribe: 'x' }
    expectTypeOf(connection.request(message, { id: 'trade', idOf })).toEqualTypeOf<Promise<Incoming>>()
    expectTypeOf(connection.request(message, { match: () => true, retry: true })).toEqualTypeOf<
      Promise<Incoming>
    >()
  })

  it('takes one way to know the answer', () => {
    const message = { subscribe: 'x' }
    // @ts-expect-error one is needed
    connection.request(message, {})
    // @ts-expect-error two are too many
    connection.request(message, { match: isTrade, id: 1, idOf })
    // @ts-expect-error an id has to be found in the answer
    connection.request(message, { id: 1 })
    // @ts-expect-error a number is no Outgoing
    connection.request(1, { match: isTrade })
  })

  it('is typed by the codec', () => {
    const own = connect('wss://example.com', { codec: json<Trade, number>() })
    expectTypeOf(own.request(1, { match: () => true })).toEqualTypeOf<Promise<Trade>>()
  })
})
