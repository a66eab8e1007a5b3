import { runInNewContext } from 'node:vm'
import type * as Rxjs from 'rxjs'
import { describe, expect, it } from 'vitest'
import { setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import { queryParameter } from './carriers.ts'
import { type Codec, json } from './codec.ts'
import type { StandardSchemaV1 } from './schema.ts'
import { memoryOutbox } from './testing/index.ts'

/** Promises as an iframe, a test environment or zone.js has them: none is an instance of the Promise here. */
const resolved: <T>(value: T) => Promise<T> = runInNewContext('(value) => Promise.resolve(value)')
const rejected: (error: Error) => Promise<never> = runInNewContext('(error) => Promise.reject(error)')

const slow: Codec<string, string> = {
  encode: String,
  decode: (data) => (data === 'bad' ? rejected(new Error('bad')) : resolved(`decoded ${String(data)}`)),
}

describe('a promise of another realm', () => {
  it('is waited for where a codec gives it, in order', async () => {
    const { connection, server, clock, errors } = await setUpOpen({ codec: slow })
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    for (const message of ['a', 'bad', 'b']) server.send(message)
    await clock.settle()
    expect(messages).toEqual(['decoded a', 'decoded b'])
    expect(errors).toMatchObject([{ code: 'DECODE' }])
  })

  it('is not looked for in vain: a message that throws when it is asked is one that cannot be read', async () => {
    const decode = (data: unknown) => {
      if (data !== 'bad') return data
      return Object.defineProperty({}, 'then', {
        get: () => {
          throw new Error('bad')
        },
      })
    }
    const { connection, server, errors } = await setUpOpen({ codec: { ...slow, decode } })
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    for (const message of ['bad', 'a']) server.send(message)
    expect(messages).toEqual(['a'])
    expect(errors).toMatchObject([{ code: 'DECODE' }])
  })

  it('is waited for where a Blob reads itself by it', async () => {
    class OfElsewhere extends Blob {
      override arrayBuffer(): Promise<ArrayBuffer> {
        return resolved(new TextEncoder().encode('{"a":1}').buffer)
      }
    }
    const { connection, server, clock } = await setUpOpen({ codec: json() })
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    server.send(new OfElsewhere())
    await clock.settle()
    expect(messages).toEqual([{ a: 1 }])
  })

  it('is waited for where a schema gives it', async () => {
    const validate = (value: unknown) =>
      resolved(value === 1 ? { value: 'one' } : { issues: [{ message: 'not one' }] })
    const schema = { '~standard': { version: 1, vendor: 'test', validate } } as StandardSchemaV1<
      unknown,
      string
    >
    const { connection, server, clock, errors } = await setUpOpen({ schema })
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    server.send('2')
    server.send('1')
    await clock.settle()
    expect(messages).toEqual(['one'])
    expect(errors).toMatchObject([{ code: 'SCHEMA' }])
  })

  it('is waited for where it has a token', async () => {
    const auth = { token: () => resolved('s3cret'), via: queryParameter(), allowInsecure: true }
    const { server, errors } = await setUpOpen({ auth })
    expect(server.connection.url).toContain('access_token=s3cret')
    expect(errors).toEqual([])
  })

  it('is not taken for a message that was stored', async () => {
    const storage = memoryOutbox()
    const before = setUp({ codec: slow, queue: { storage } })
    before.connection.send('a')
    await before.clock.settle()
    await before.connection.close(undefined, undefined, { keepStored: true })
    const { clock, events } = setUp({ codec: slow, queue: { storage } })
    await clock.settle()
    expect(events).toContainEqual(expect.objectContaining({ type: 'restored', messages: ['a'] }))
  })
})

describe('operators of another copy of rxjs', () => {
  it('unsubscribe', async () => {
    const path = new URL('../../../node_modules/rxjs/dist/esm/index.js', import.meta.url).href
    const { filter, firstValueFrom, map }: typeof Rxjs = await import(path)
    const { connection, server, clock, handshake } = setUp({ lazy: true, idleTimeout: 10 })
    const first = firstValueFrom(connection.messages$)
    await handshake()
    server.send('a')
    expect(await first).toBe('a')
    await clock.advance(1_000)
    expect(connection.state.status).toBe('idle')

    const channel = connection.channel({
      subscribe: () => 'on',
      unsubscribe: () => 'off',
      filter: () => true,
    })
    const subscription = channel.pipe(filter(Boolean), map(String)).subscribe()
    await handshake()
    subscription.unsubscribe()
    await clock.advance(1_000)
    expect(server.messages).toEqual(['on', 'off'])
    expect(connection.state.status).toBe('idle')
  })
})
