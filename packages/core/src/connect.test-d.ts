import type { Observable } from 'rxjs'
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  type Auth,
  type BackoffOptions,
  type BufferOptions,
  binary,
  type CloseOptions,
  type CloseReport,
  type Codec,
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  connect,
  type DeliverOptions,
  type HeartbeatOptions,
  type JsonOptions,
  json,
  type QueueOptions,
  type RawIncoming,
  type RawOutgoing,
  type Receipt,
  type ReconnectCallOptions,
  type ReconnectOptions,
  type RequestSettings,
  raw,
  type SendOptions,
  text,
} from './index.ts'

const URL = 'ws://fake.test'

interface Incoming {
  readonly kind: 'in'
}
interface Outgoing {
  readonly kind: 'out'
}

describe('connect() with neither codec nor schema', () => {
  it('takes and gives what the native class does', () => {
    expectTypeOf(connect(URL)).toEqualTypeOf<Connection<RawIncoming, RawOutgoing>>()
    expectTypeOf(connect(URL, {})).toEqualTypeOf<Connection<RawIncoming, RawOutgoing>>()
    expectTypeOf(connect(URL, { lazy: true, queue: false })).toEqualTypeOf<
      Connection<RawIncoming, RawOutgoing>
    >()
    expectTypeOf(connect(URL).messages$).toEqualTypeOf<Observable<string | ArrayBuffer | Blob>>()
  })

  it('sends nothing else', () => {
    const connection = connect(URL)
    connection.send('text')
    connection.send(new Uint8Array(1))
    connection.send(new DataView(new ArrayBuffer(1)))
    connection.send(new Blob([]))
    // @ts-expect-error an object needs a codec
    connection.send({ kind: 'out' })
    // @ts-expect-error a number needs a codec
    connection.send(5)
    // @ts-expect-error an option that there is not
    connection.send('text', { timeToLive: 5 })
  })
})

describe('connect() with a codec', () => {
  it('has the types of the codec', () => {
    const codec: Codec<Incoming, Outgoing> = json<Incoming, Outgoing>()
    const connection = connect(URL, { codec })
    expectTypeOf(connection).toEqualTypeOf<Connection<Incoming, Outgoing>>()
    connection.send({ kind: 'out' })
    // @ts-expect-error what comes in cannot be sent
    connection.send({ kind: 'in' })
  })

  it('has the type of its incoming messages for outgoing ones where it names no other', () => {
    expectTypeOf(connect(URL, { codec: json<Incoming>() })).toEqualTypeOf<Connection<Incoming, Incoming>>()
  })

  it('is unknown both ways with json() alone', () => {
    expectTypeOf(connect(URL, { codec: json() })).toEqualTypeOf<Connection<unknown, unknown>>()
  })

  it('infers from the codecs that there are', () => {
    expectTypeOf(connect(URL, { codec: text() })).toEqualTypeOf<Connection<string, string>>()
    expectTypeOf(connect(URL, { codec: raw() })).toEqualTypeOf<Connection<RawIncoming, RawOutgoing>>()
    expectTypeOf(connect(URL, { codec: binary() })).toEqualTypeOf<
      Connection<ArrayBuffer, ArrayBuffer | ArrayBufferView | Blob>
    >()
  })

  it('infers from a codec that is written in place, an async one too', () => {
    const connection = connect(URL, {
      codec: {
        encode: (message: Outgoing) => message.kind,
        decode: async (): Promise<Incoming> => ({ kind: 'in' }),
      },
    })
    expectTypeOf(connection).toEqualTypeOf<Connection<Incoming, Outgoing>>()
  })

  it('takes the types that are named', () => {
    expectTypeOf(connect<Incoming, Outgoing>(URL, { codec: json() })).toEqualTypeOf<
      Connection<Incoming, Outgoing>
    >()
  })

  it('refuses what is no codec', () => {
    // @ts-expect-error decode is missing
    connect(URL, { codec: { encode: String } })
    // @ts-expect-error a WebSocket does not send numbers
    connect(URL, { codec: { encode: () => 5, decode: String } })
    // @ts-expect-error a name is no codec
    connect(URL, { codec: 'json' })
  })
})

describe('connect() with a schema, of zod and of valibot', () => {
  const zod = z.object({ at: z.coerce.date(), n: z.string().transform(Number) })
  const valibot = v.object({ at: v.date(), n: v.pipe(v.string(), v.transform(Number)) })
  interface Output {
    at: Date
    n: number
  }

  it('has what the schema makes of a message, and sends unknown', () => {
    expectTypeOf(connect(URL, { schema: zod })).toEqualTypeOf<Connection<Output, unknown>>()
    expectTypeOf(connect(URL, { schema: valibot })).toEqualTypeOf<Connection<Output, unknown>>()
  })

  it('sends what the codec takes, where there is one beside it', () => {
    const both = connect(URL, { schema: zod, codec: json<unknown, Outgoing>() })
    expectTypeOf(both).toEqualTypeOf<Connection<Output, Outgoing>>()
    expectTypeOf(connect(URL, { schema: valibot, codec: json<unknown, Outgoing>() })).toEqualTypeOf<
      Connection<Output, Outgoing>
    >()
    both.send({ kind: 'out' })
    // @ts-expect-error the codec takes no such message
    both.send({ kind: 'in' })
  })

  it('takes the types that are named', () => {
    expectTypeOf(connect<Output, Outgoing>(URL, { schema: zod })).toEqualTypeOf<
      Connection<Output, Outgoing>
    >()
  })

  it('refuses what does not go together', () => {
    // @ts-expect-error the schema makes no Incoming
    connect<Incoming>(URL, { schema: zod })
    // @ts-expect-error an object is no schema
    connect(URL, { schema: { at: Date } })
    // @ts-expect-error the codec is none
    connect(URL, { schema: zod, codec: { encode: String } })
  })
})

describe('connect() with other arguments', () => {
  it('takes a URL, a function, an async one', () => {
    connect(new globalThis.URL(URL))
    connect((attempt) => `${URL}/${attempt.toFixed()}`)
    connect(async () => new globalThis.URL(URL), { protocols: async (attempt) => [`v${attempt}`] })
    // @ts-expect-error a number is no URL
    connect(5)
    // @ts-expect-error nor does a function answer one
    connect(() => 5)
  })

  it('knows its options', () => {
    connect(URL, { reconnect: { shouldReconnect: ({ code }, attempt) => code !== 1000 && attempt < 5 } })
    connect(URL, { reconnect: { shouldReconnect: () => ({ retryAfter: 5 }) } })
    connect(URL, { reconnect: { backoff: ({ attempt, previous, random }) => attempt * previous * random() } })
    // @ts-expect-error reconnect is false or options
    connect(URL, { reconnect: true })
    // @ts-expect-error there is no such policy
    connect(URL, { queue: { overflow: 'block' } })
    // @ts-expect-error there is no such verdict
    connect(URL, { reconnect: { shouldReconnect: () => 'perhaps' } })
    // @ts-expect-error there is no such option
    connect(URL, { reconnects: false })
  })
})

describe('delivery', () => {
  interface Chat {
    readonly id: number
  }
  interface Ack {
    readonly ack: number[]
  }

  it('sees messages of the types of the codec', () => {
    connect(URL, {
      codec: json<Ack, Chat>(),
      delivery: {
        id: (message) => {
          expectTypeOf(message).toEqualTypeOf<Chat>()
          return message.id
        },
        acknowledged: (incoming) => {
          expectTypeOf(incoming).toEqualTypeOf<Ack>()
          return incoming.ack
        },
      },
    })
    const isNoId = { id: (message: Chat) => message, acknowledged: () => undefined }
    // @ts-expect-error no id is an object
    connect(URL, { codec: json<Ack, Chat>(), delivery: isNoId })
    // @ts-expect-error both functions are needed
    connect(URL, { codec: json<Ack, Chat>(), delivery: { id: (message) => message.id } })
  })

  it('sees raw messages without a codec, and validated ones with a schema', () => {
    connect(URL, {
      delivery: {
        id: (message) => {
          expectTypeOf(message).toEqualTypeOf<RawOutgoing>()
          return undefined
        },
        acknowledged: (incoming) => {
          expectTypeOf(incoming).toEqualTypeOf<RawIncoming>()
          return undefined
        },
      },
    })
    connect(URL, {
      schema: z.object({ ack: z.number() }),
      delivery: { id: () => 1, acknowledged: (incoming) => incoming.ack },
    })
  })

  it('gives receipts', () => {
    const connection = connect(URL, { codec: json<Ack, Chat>() })
    expectTypeOf(connection.deliver({ id: 1 }, { timeout: 5 })).toEqualTypeOf<Promise<Receipt>>()
    // @ts-expect-error not what it takes
    connection.deliver({ ack: 5 })
  })

  it('may be in options that are typed ahead', () => {
    const options: ConnectionOptions = {
      delivery: { id: (message: Chat) => message.id, acknowledged: (incoming: Ack) => incoming.ack },
    }
    connect(URL, { ...options, codec: json<Ack, Chat>() })
  })
})

describe('a Connection', () => {
  it('reports messages as they were sent', () => {
    expectTypeOf(connect(URL, { codec: json<Incoming, Outgoing>() }).close()).toEqualTypeOf<
      Promise<CloseReport<Outgoing>>
    >()
  })

  it('has a state that is told apart by its status', () => {
    const { state } = connect(URL)
    expectTypeOf(state).toEqualTypeOf<ConnectionState>()
    if (state.status === 'waiting') expectTypeOf(state.cause.code).toBeNumber()
    if (state.status === 'closed') {
      expectTypeOf(state.by).toEqualTypeOf<'user' | 'verdict' | 'attempts' | 'auth'>()
    }
    // @ts-expect-error only while it waits
    state.retryAt
  })
})

/** Every member given, and none of them there: for whoever has `exactOptionalPropertyTypes`. */
type Undefined<Options> = { readonly [Name in keyof Options]-?: undefined }

describe('options that are not there', () => {
  it('may be undefined, too', () => {
    expectTypeOf<Undefined<ConnectionOptions>>().toExtend<ConnectionOptions>()
    expectTypeOf<Undefined<ReconnectOptions>>().toExtend<ReconnectOptions>()
    expectTypeOf<Undefined<QueueOptions>>().toExtend<QueueOptions>()
    expectTypeOf<Undefined<BackoffOptions>>().toExtend<BackoffOptions>()
    expectTypeOf<Undefined<JsonOptions>>().toExtend<JsonOptions>()
    expectTypeOf<Undefined<SendOptions>>().toExtend<SendOptions>()
    expectTypeOf<Undefined<DeliverOptions>>().toExtend<DeliverOptions>()
    expectTypeOf<Undefined<RequestSettings>>().toExtend<RequestSettings>()
    expectTypeOf<Undefined<CloseOptions>>().toExtend<CloseOptions>()
    expectTypeOf<Undefined<ReconnectCallOptions>>().toExtend<ReconnectCallOptions>()
    expectTypeOf<Undefined<BufferOptions<string>>>().toExtend<BufferOptions<string>>()
    expectTypeOf<Undefined<Omit<Auth, 'token' | 'via'>>>().toExtend<Omit<Auth, 'token' | 'via'>>()
    expectTypeOf<Undefined<Omit<HeartbeatOptions, 'message'>>>().toExtend<Omit<HeartbeatOptions, 'message'>>()
  })
})
