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
  ConnectionProvider,
  type UseWebSocketOptions,
  type UseWebSocketReturn,
  useConnection,
  useConnectionState,
  useLastMessage,
  useMessageHistory,
  useMessages,
  useOutbox,
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

  it('checks its options', () => {
    const options: UseWebSocketOptions<Tick, Order> = { codec, handover: 'move' }
    expectTypeOf(options).toExtend<{ readonly enabled?: boolean }>()
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
