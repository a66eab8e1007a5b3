import {
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
import { computed, createApp, type MaybeRefOrGetter, type Ref, ref, shallowRef } from 'vue'
import {
  type CodecOptions,
  holdfast,
  provideConnection,
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

interface Incoming {
  kind: 'price'
  value: number
}
interface Outgoing {
  subscribe: string
}

declare const schema: StandardSchemaV1<unknown, Incoming>
declare const url: string
declare const connection: Connection<Incoming, Outgoing>

describe('useWebSocket', () => {
  it('infers from a codec', () => {
    expectTypeOf(useWebSocket(url, { codec: text() })).toEqualTypeOf<UseWebSocketReturn<string, string>>()
    expectTypeOf(useWebSocket(url, { codec: json<Incoming, Outgoing>() })).toEqualTypeOf<
      UseWebSocketReturn<Incoming, Outgoing>
    >()
    expectTypeOf(useWebSocket<Incoming>(url, { codec: json() })).toEqualTypeOf<
      UseWebSocketReturn<Incoming, Incoming>
    >()
  })

  it('infers from a schema, with and without a codec', () => {
    expectTypeOf(useWebSocket(url, { schema })).toEqualTypeOf<UseWebSocketReturn<Incoming, unknown>>()
    expectTypeOf(useWebSocket(url, { schema, codec: json<unknown, Outgoing>() })).toEqualTypeOf<
      UseWebSocketReturn<Incoming, Outgoing>
    >()
  })

  it('infers through refs and getters of options', () => {
    expectTypeOf(useWebSocket(url, () => ({ codec: text() }))).toEqualTypeOf<
      UseWebSocketReturn<string, string>
    >()
    expectTypeOf(useWebSocket(url, () => ({ schema }))).toEqualTypeOf<UseWebSocketReturn<Incoming, unknown>>()
    expectTypeOf(useWebSocket(url, shallowRef({ codec: json<Incoming>() }))).toEqualTypeOf<
      UseWebSocketReturn<Incoming, Incoming>
    >()
    expectTypeOf(
      useWebSocket(
        url,
        computed(() => ({ codec: json<Incoming>() })),
      ),
    ).toEqualTypeOf<UseWebSocketReturn<Incoming, Incoming>>()
  })

  it('hands on raw data with neither', () => {
    expectTypeOf(useWebSocket(url)).toEqualTypeOf<UseWebSocketReturn<RawIncoming, RawOutgoing>>()
    expectTypeOf(useWebSocket(url, { key: 'k', enabled: false })).toEqualTypeOf<
      UseWebSocketReturn<RawIncoming, RawOutgoing>
    >()
    expectTypeOf(useWebSocket(null)).toEqualTypeOf<UseWebSocketReturn<RawIncoming, RawOutgoing>>()
  })

  it('takes the options of a composable of your own, and claims no codec that may not be there', () => {
    const own = (options?: UseWebSocketOptions) => useWebSocket(url, options)
    expectTypeOf(own).returns.toEqualTypeOf<UseWebSocketReturn<RawIncoming, RawOutgoing>>()
    const followed = (options: MaybeRefOrGetter<UseWebSocketOptions>) => useWebSocket(url, options)
    expectTypeOf(followed).returns.toEqualTypeOf<UseWebSocketReturn<RawIncoming, RawOutgoing>>()
    const either = (options: UseWebSocketOptions<Incoming, string>) => useWebSocket(url, options)
    expectTypeOf(either).returns.toEqualTypeOf<
      UseWebSocketReturn<Incoming | RawIncoming, string & RawOutgoing>
    >()
    const generic = <I, O>(options: CodecOptions<I, O>) => useWebSocket(url, options)
    expectTypeOf(generic({ codec: text() })).toEqualTypeOf<UseWebSocketReturn<string, string>>()
  })

  it('has the types of a connection', () => {
    expectTypeOf(useWebSocket(connection)).toEqualTypeOf<UseWebSocketReturn<Incoming, Outgoing>>()
    expectTypeOf(useWebSocket(shallowRef(connection))).toEqualTypeOf<UseWebSocketReturn<Incoming, Outgoing>>()
    expectTypeOf(useWebSocket(() => connection)).toEqualTypeOf<UseWebSocketReturn<Incoming, Outgoing>>()
  })

  it('takes a URL in every form', () => {
    useWebSocket(new URL(url))
    useWebSocket(ref(url))
    useWebSocket(ref<string | null>(null))
    useWebSocket(computed(() => url))
    useWebSocket(() => url)
    useWebSocket(() => null)
    useWebSocket(() => (attempt: number) => `${url}?attempt=${attempt}`)
    useWebSocket(() => async () => url)
    useWebSocket(shallowRef(() => url))
    // @ts-expect-error A bare function is a getter, which is called without an attempt.
    useWebSocket((attempt: number) => `${url}?attempt=${attempt}`)
    // @ts-expect-error A getter does not wait.
    useWebSocket(async () => url)
    // @ts-expect-error No URL.
    useWebSocket(42)
  })

  it('checks options and what is sent', () => {
    const { send, lastMessage, status, connection } = useWebSocket(url, { codec: json<Incoming, Outgoing>() })
    expectTypeOf(send({ subscribe: 'x' })).toEqualTypeOf<boolean>()
    expectTypeOf(lastMessage.value).toEqualTypeOf<Incoming | undefined>()
    expectTypeOf(status.value).toEqualTypeOf<ConnectionState['status']>()
    expectTypeOf(connection.value).toEqualTypeOf<Connection<Incoming, Outgoing> | null>()
    // @ts-expect-error What is sent has the outgoing type.
    send({ kind: 'price', value: 1 })
    // @ts-expect-error Fields are read-only.
    lastMessage.value = undefined
    // @ts-expect-error No such handover.
    useWebSocket(url, { handover: 'keep' })
    // @ts-expect-error A codec that decodes to what the schema does not take in is one thing too many.
    useWebSocket(url, { codec: text(), schema: 'not a schema' })
    // @ts-expect-error Options are not for a connection that there is.
    useWebSocket(connection.value, { codec: text() })
  })
})

describe('the other composables', () => {
  it('have the types of the connection', () => {
    useMessages(connection, (message) => expectTypeOf(message).toEqualTypeOf<Incoming>())
    expectTypeOf(useLastMessage(connection)).toEqualTypeOf<Readonly<Ref<Incoming | undefined>>>()
    expectTypeOf(useLastMessage(connection, ({ value }) => value)).toEqualTypeOf<
      Readonly<Ref<number | undefined>>
    >()
    expectTypeOf(useMessageHistory(connection, ref(3)).value).toEqualTypeOf<readonly Incoming[]>()
    expectTypeOf(useOutbox(connection).value).toEqualTypeOf<OutboxSnapshot>()
    expectTypeOf(useConnectionState(connection).value).toEqualTypeOf<ConnectionState>()
    expectTypeOf(useConnectionState(connection, ({ attempt }) => attempt).value).toEqualTypeOf<number>()
  })

  it('have the types of what useWebSocket gives, by codec and by schema', () => {
    const { connection } = useWebSocket(url, { schema })
    useMessages(connection, ({ value }) => expectTypeOf(value).toEqualTypeOf<number>())
    expectTypeOf(useLastMessage(connection).value).toEqualTypeOf<Incoming | undefined>()
    const own = connect(url, { codec: text() })
    expectTypeOf(useLastMessage(() => own).value).toEqualTypeOf<string | undefined>()
    expectTypeOf(useLastMessage(computed(() => own)).value).toEqualTypeOf<string | undefined>()
  })

  it('take none', () => {
    expectTypeOf(useLastMessage(null).value).toEqualTypeOf<unknown>()
    useMessages(undefined, () => {})
    useMessages(
      () => null,
      () => {},
    )
  })

  it('refuse what is no connection', () => {
    // @ts-expect-error A URL is not a connection.
    useLastMessage(url)
    // @ts-expect-error A handler takes what comes.
    useMessages(connection, (message: string) => message)
    // @ts-expect-error A limit is a number.
    useMessageHistory(connection, '3')
  })
})

describe('the plugin', () => {
  it('takes a connection, or a URL and options', () => {
    const app = createApp({})
    app.use(holdfast({ connection }))
    app.use(holdfast({ connection: shallowRef(connection) }))
    app.use(holdfast({ url, codec: json<Incoming>(), key: 'app' }))
    app.use(holdfast({ url: () => url, schema }))
    app.use(holdfast({ url: null }))
    // @ts-expect-error One or the other.
    app.use(holdfast({ codec: json() }))
    // @ts-expect-error No such option.
    app.use(holdfast({ url, retries: 3 }))
  })

  it('gives what the caller says', () => {
    provideConnection(connection)
    provideConnection(() => null)
    expectTypeOf(useConnection<Incoming, Outgoing>().value).toEqualTypeOf<Connection<
      Incoming,
      Outgoing
    > | null>()
    expectTypeOf(useConnection<Incoming>().value).toEqualTypeOf<Connection<Incoming, Incoming> | null>()
    expectTypeOf(useConnection().value).toEqualTypeOf<Connection<unknown, unknown> | null>()
  })
})

describe('useChannel and useRequest', () => {
  const subscribe = () => ({ subscribe: 'x' })
  const kinds = connect(url, { codec: json<Incoming | { kind: 'news' }, Outgoing>() })

  it('have the type of a guard, named or inferred, or of all messages', () => {
    expectTypeOf(useChannel(connection, { subscribe, filter: ({ value }) => value > 1 }).value).toEqualTypeOf<
      Incoming | undefined
    >()
    expectTypeOf(
      useChannel(kinds, { subscribe, filter: (message) => message.kind === 'price' }).value,
    ).toEqualTypeOf<Incoming | undefined>()
    useChannel(
      kinds,
      {
        subscribe,
        filter: (message) => message.kind === 'price',
        resume: ({ value }) => ({ subscribe: `${value}` }),
      },
      (message) => expectTypeOf(message).toEqualTypeOf<Incoming>(),
    )
    const { data, request } = useRequest(kinds, { match: (message) => message.kind === 'price' })
    expectTypeOf(data.value).toEqualTypeOf<Incoming | undefined>()
    expectTypeOf(request({ subscribe: 'x' })).toEqualTypeOf<Promise<Incoming>>()
    expectTypeOf(
      useRequest(connection, (message) => ({ id: message.subscribe, idOf: ({ kind }) => kind })).data.value,
    ).toEqualTypeOf<Incoming | undefined>()
  })

  it('take one of several kinds of messages, written where it is given', () => {
    type Ask = { type: 'subscribe'; symbol: string } | { type: 'ping' }
    const asking = connect(url, { codec: json<Incoming | { kind: 'news' }, Ask>() })
    const options = {
      subscribe: () => ({ type: 'subscribe', symbol: 'x' }) as const,
      filter: (message: { kind: string }) => message.kind === 'price',
    }
    expectTypeOf(useChannel(asking, options).value).toEqualTypeOf<Incoming | { kind: 'news' } | undefined>()
    const trade = useChannel(asking, () => ({
      subscribe: () => ({ type: 'subscribe', symbol: 'x' }),
      filter: (message) => message.kind === 'price',
    }))
    expectTypeOf(trade.value).toEqualTypeOf<Incoming | undefined>()
    // @ts-expect-error There is no such kind.
    useChannel(asking, { subscribe: () => ({ type: 'ask', symbol: 'x' }), filter: () => true })
    useRequest(asking, { match: () => true }).request({ type: 'ping' })
  })

  it('take none, refs and getters', () => {
    useChannel(null, { subscribe, filter: () => true })
    useChannel(
      () => connection,
      () => ({ subscribe, filter: () => true }),
    )
    useRequest(shallowRef(connection), { match: () => true })
    // @ts-expect-error A number is nothing that the connection sends.
    useChannel(connection, { subscribe: () => 1, filter: () => true })
    // @ts-expect-error Nor is it a request.
    useRequest(connection, { match: () => true }).request(1)
  })
})
