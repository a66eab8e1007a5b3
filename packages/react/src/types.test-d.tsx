import {
  type Codec,
  type Connection,
  type ConnectionState,
  connect,
  json,
  type OutboxSnapshot,
  type RawIncoming,
  type RawOutgoing,
  type StandardSchemaV1,
  text,
} from '@holdfast/core'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  type CodecOptions,
  ConnectionProvider,
  type UseWebSocketOptions,
  type UseWebSocketReturn,
  useChannel,
  useConnection,
  useConnectionState,
  useLastMessage,
  useMessageHistory,
  useMessages,
  useOutbox,
  useRequest,
  useWebSocket,
} from './index.ts'

interface Tick {
  price: number
}
interface Order {
  amount: number
}
const URL = 'wss://example.com'
const tick = z.object({ price: z.number() })
declare const codec: Codec<Tick, Order>
declare const schema: StandardSchemaV1<unknown, Tick>

describe('useWebSocket', () => {
  it('has the types of the native class without codec and schema', () => {
    expectTypeOf(useWebSocket(URL)).toEqualTypeOf<UseWebSocketReturn<RawIncoming, RawOutgoing>>()
    expectTypeOf(useWebSocket(null)).toEqualTypeOf<UseWebSocketReturn<RawIncoming, RawOutgoing>>()
    expectTypeOf(useWebSocket(URL, { enabled: false, key: 'k' }).lastMessage).toEqualTypeOf<
      RawIncoming | undefined
    >()
    // @ts-expect-error An object is nothing that a native socket sends.
    useWebSocket(URL).send({ amount: 1 })
  })

  it('has the types of its codec', () => {
    const socket = useWebSocket(URL, { codec })
    expectTypeOf(socket).toEqualTypeOf<UseWebSocketReturn<Tick, Order>>()
    expectTypeOf(socket.lastMessage).toEqualTypeOf<Tick | undefined>()
    expectTypeOf(socket.connection).toEqualTypeOf<Connection<Tick, Order> | null>()
    expectTypeOf(socket.send).returns.toEqualTypeOf<boolean>()
    expectTypeOf(socket.state).toEqualTypeOf<ConnectionState>()
    socket.send({ amount: 1 }, { ttl: 1_000 })
    // @ts-expect-error A Tick is what comes in.
    socket.send({ price: 1 })
    expectTypeOf(useWebSocket<Tick>(URL, { codec: json() })).toEqualTypeOf<UseWebSocketReturn<Tick, Tick>>()
    expectTypeOf(useWebSocket(URL, { codec: text() }).lastMessage).toEqualTypeOf<string | undefined>()
  })

  it('has the output type of its schema, with a codec of its own and without', () => {
    expectTypeOf(useWebSocket(URL, { schema: tick })).toEqualTypeOf<UseWebSocketReturn<Tick, unknown>>()
    const both = useWebSocket(URL, { schema, codec: json<unknown, Order>() })
    expectTypeOf(both).toEqualTypeOf<UseWebSocketReturn<Tick, Order>>()
    // @ts-expect-error An Order has an amount.
    both.send({})
  })

  it('takes a URL function, an URL object, and what may be absent', () => {
    useWebSocket((attempt) => `${URL}?attempt=${attempt}`)
    useWebSocket(async () => new globalThis.URL(URL), { key: 'shared' })
    useWebSocket(Math.random() > 0.5 ? URL : undefined, { codec })
    // @ts-expect-error A URL is no number.
    useWebSocket(1)
  })

  it('takes a connection, and has its types', () => {
    const connection = connect(URL, { codec })
    expectTypeOf(useWebSocket(connection)).toEqualTypeOf<UseWebSocketReturn<Tick, Order>>()
    expectTypeOf(useWebSocket(Math.random() > 0.5 ? connection : null)).toEqualTypeOf<
      UseWebSocketReturn<Tick, Order>
    >()
    // @ts-expect-error It has its options already.
    useWebSocket(connection, { enabled: false })
  })

  it('takes the options of a hook of your own, and claims no codec that may not be there', () => {
    const own = (options?: UseWebSocketOptions) => useWebSocket(URL, options)
    expectTypeOf(own).returns.toEqualTypeOf<UseWebSocketReturn<RawIncoming, RawOutgoing>>()
    const offline = (options: UseWebSocketOptions = {}) => useWebSocket(URL, { ...options, reconnect: false })
    expectTypeOf(offline).returns.toExtend<UseWebSocketReturn<unknown, RawOutgoing>>()
    const either = (options: UseWebSocketOptions<Tick, string>) => useWebSocket(URL, options)
    expectTypeOf(either).returns.toEqualTypeOf<UseWebSocketReturn<Tick | RawIncoming, string & RawOutgoing>>()
    const generic = <I, O>(options: CodecOptions<I, O>) => useWebSocket(URL, options)
    expectTypeOf(generic({ codec })).toEqualTypeOf<UseWebSocketReturn<Tick, Order>>()
    // @ts-expect-error Without a codec no Tick comes in.
    expectTypeOf(useWebSocket<Tick, Order>(URL, {}).lastMessage).toEqualTypeOf<Tick | undefined>()
  })

  it('checks its options', () => {
    const options: UseWebSocketOptions<Tick, Order> = { codec, handover: 'move' }
    expectTypeOf(options).toExtend<{ readonly enabled?: boolean | undefined }>()
    useWebSocket(URL, { onRelease: ({ undelivered, moved }) => [...undelivered, moved] })
    // @ts-expect-error There are two ways.
    useWebSocket(URL, { handover: 'keep' })
    // @ts-expect-error ms are a number.
    useWebSocket(URL, { codec, connectTimeout: '1s' })
    // @ts-expect-error A result is not to be written.
    useWebSocket(URL).status = 'open'
  })
})

describe('the other hooks', () => {
  const connection = connect(URL, { codec })

  it('give what comes in', () => {
    useMessages(connection, (message) => expectTypeOf(message).toEqualTypeOf<Tick>())
    expectTypeOf(useLastMessage(connection)).toEqualTypeOf<Tick | undefined>()
    expectTypeOf(useMessageHistory(connection, 10)).toEqualTypeOf<readonly Tick[]>()
    expectTypeOf(useLastMessage(useWebSocket(URL, { schema: tick }).connection)).toEqualTypeOf<
      Tick | undefined
    >()
  })

  it('give what is selected', () => {
    expectTypeOf(useLastMessage(connection, ({ price }) => price)).toEqualTypeOf<number | undefined>()
    expectTypeOf(useConnectionState(connection)).toEqualTypeOf<ConnectionState>()
    expectTypeOf(useConnectionState(connection, ({ status }) => status === 'open')).toEqualTypeOf<boolean>()
    useLastMessage(
      connection,
      ({ price }) => [price],
      (a, b) => a?.[0] === b?.[0],
    )
    // @ts-expect-error A Tick has no amount.
    useLastMessage(connection, ({ amount }) => amount)
  })

  it('take null and undefined', () => {
    expectTypeOf(useOutbox(null)).toEqualTypeOf<OutboxSnapshot>()
    useConnectionState(undefined)
    useMessages(null, () => undefined)
    // @ts-expect-error A URL is no connection.
    useOutbox(URL)
  })

  it('hand a connection down', () => {
    expectTypeOf(useConnection<Tick, Order>()).toEqualTypeOf<Connection<Tick, Order> | null>()
    expectTypeOf(useConnection<Tick>()).toEqualTypeOf<Connection<Tick, Tick> | null>()
    const element = <ConnectionProvider connection={connection}>child</ConnectionProvider>
    expectTypeOf(element).not.toBeAny()
    // @ts-expect-error A URL is no connection.
    const wrong = <ConnectionProvider connection={URL} />
    expectTypeOf(wrong).not.toBeAny()
  })
})

describe('useChannel and useRequest', () => {
  type News = { title: string }
  const kinds = connect(URL, { codec: json<Tick | News, Order>() })
  const subscribe = () => ({ amount: 1 })

  it('have the type of a guard, named or inferred, or of all messages', () => {
    expectTypeOf(useChannel(kinds, { subscribe, filter: () => true })).toEqualTypeOf<
      Tick | News | undefined
    >()
    expectTypeOf(useChannel(kinds, { subscribe, filter: (message) => 'price' in message })).toEqualTypeOf<
      Tick | undefined
    >()
    useChannel(
      kinds,
      { subscribe, filter: (message) => 'price' in message, resume: ({ price }) => ({ amount: price }) },
      (message) => expectTypeOf(message).toEqualTypeOf<Tick>(),
    )
    const { data, request, status, error } = useRequest(kinds, { match: (message) => 'price' in message })
    expectTypeOf(data).toEqualTypeOf<Tick | undefined>()
    expectTypeOf(request({ amount: 1 })).toEqualTypeOf<Promise<Tick>>()
    if (status === 'failed') expectTypeOf(error.code).toBeString()
    const own = useRequest(kinds, (order) => ({ id: order.amount, idOf: () => 1 }))
    expectTypeOf(own.data).toEqualTypeOf<Tick | News | undefined>()
  })

  it('take one of several kinds of messages, written where it is given', () => {
    type Ask = { type: 'subscribe'; symbol: string } | { type: 'ping' }
    const asking = connect(URL, { codec: json<Tick | News, Ask>() })
    const trade = useChannel(asking, {
      subscribe: () => ({ type: 'subscribe', symbol: 'x' }),
      filter: (message) => 'price' in message,
    })
    expectTypeOf(trade).toEqualTypeOf<Tick | undefined>()
    // @ts-expect-error There is no such kind.
    useChannel(asking, { subscribe: () => ({ type: 'ask', symbol: 'x' }), filter: () => true })
    useRequest(asking, { match: () => true }).request({ type: 'ping' })
  })

  it('take null', () => {
    useChannel(null, { subscribe, filter: () => true })
    useRequest(undefined, { match: () => true })
    // @ts-expect-error A text is nothing that the connection sends.
    useChannel(kinds, { subscribe: () => 'x', filter: () => true })
    // @ts-expect-error Nor is it a request.
    useRequest(kinds, { match: () => true }).request('x')
  })
})
