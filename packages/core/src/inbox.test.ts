import { describe, expect, it } from 'vitest'
import { binary, type RawIncoming, text } from './codec.ts'
import type { HoldfastError } from './errors.ts'
import { Inbox } from './inbox.ts'
import type { StandardSchemaV1 } from './schema.ts'
import { virtualClock } from './testing/index.ts'

const { settle } = virtualClock()

/** `slow:x` is decoded when `finish('x')` is called, `bad:x` and `slow-bad:x` never are. */
function setUp(validate?: (value: unknown) => unknown) {
  const told: string[] = []
  const errors: HoldfastError[] = []
  const pending = new Map<string, () => void>()
  const later = (key: string, settle: () => string) =>
    new Promise<string>((resolve, reject) => {
      pending.set(key, () => {
        try {
          resolve(settle())
        } catch (error) {
          reject(error)
        }
      })
    })
  const schema =
    validate &&
    ({ '~standard': { version: 1, vendor: 'test', validate } } as StandardSchemaV1<unknown, string>)
  const handlers = { onMessage: (message: string): unknown => told.push(message) }
  const inbox = new Inbox<string>({
    codec: {
      encode: () => '',
      decode(data: RawIncoming) {
        const [kind, key = ''] = String(data).split(':')
        const fail = () => {
          throw new Error(`cannot read ${key}`)
        }
        if (kind === 'slow') return later(key, () => key)
        if (kind === 'slow-bad') return later(key, fail)
        return kind === 'bad' ? fail() : String(data)
      },
    },
    schema,
    onMessage: (message) => handlers.onMessage(message),
    onError: (error) => errors.push(error),
  })
  return {
    inbox,
    told,
    errors,
    handlers,
    async finish(key: string) {
      pending.get(key)?.()
      await settle()
    },
  }
}

describe('an inbox', () => {
  it('tells a message within the call where nothing makes it wait', () => {
    const { inbox, told } = setUp()
    inbox.take('a', 1)
    expect(told).toEqual(['a'])
  })

  it('keeps the order behind a message that is slow to decode', async () => {
    const { inbox, told, finish } = setUp()
    for (const data of ['slow:1', '2', 'slow:3', '4']) inbox.take(data, 1)
    await finish('1')
    expect(told).toEqual(['1', '2'])
    inbox.take('5', 1)
    await finish('3')
    expect(told).toEqual(['1', '2', '3', '4', '5'])
    inbox.take('6', 1)
    expect(told).toHaveLength(6)
  })

  it('keeps the order behind a Blob', async () => {
    let read: (buffer: ArrayBuffer) => void = () => undefined
    const arrayBuffer = () =>
      new Promise<ArrayBuffer>((resolve) => {
        read = resolve
      })
    const blob = { [Symbol.toStringTag]: 'Blob', arrayBuffer } as unknown as Blob
    const told: unknown[] = []
    const inbox = new Inbox<ArrayBuffer>({
      codec: binary(),
      schema: undefined,
      onMessage: (message) => told.push(message.byteLength),
      onError: () => undefined,
    })
    inbox.take(blob, 1)
    inbox.take(new ArrayBuffer(2), 1)
    expect(told).toEqual([])
    read(new ArrayBuffer(1))
    await settle()
    expect(told).toEqual([1, 2])
  })

  it('goes on after one that cannot be decoded, and tells what is wrong', () => {
    const { inbox, told, errors } = setUp()
    for (const data of ['1', 'bad:2', '3']) inbox.take(data, 1)
    expect(told).toEqual(['1', '3'])
    expect(errors).toMatchObject([{ code: 'DECODE', cause: { message: 'cannot read 2' } }])
  })

  it('goes on after one that took its time and failed', async () => {
    const { inbox, told, errors, finish } = setUp()
    for (const data of ['slow-bad:1', '2', 'bad:3', 'slow-bad:4', '5']) inbox.take(data, 1)
    await finish('1')
    await finish('4')
    expect(told).toEqual(['2', '5'])
    expect(errors.map(({ code }) => code)).toEqual(['DECODE', 'DECODE', 'DECODE'])
  })

  it('hands on the own errors of a codec', () => {
    const errors: HoldfastError[] = []
    const inbox = new Inbox<string>({
      codec: text(),
      schema: undefined,
      onMessage: () => undefined,
      onError: (error) => errors.push(error),
    })
    inbox.take(new ArrayBuffer(1), 1)
    expect(errors).toMatchObject([{ code: 'DECODE', message: expect.stringContaining('text()') }])
  })

  it('tells what a schema makes of a message', async () => {
    const { inbox, told, finish } = setUp((value) => ({ value: `<${value}>` }))
    for (const data of ['slow:1', '2']) inbox.take(data, 1)
    await finish('1')
    expect(told).toEqual(['<1>', '<2>'])
  })

  it('keeps the order with a schema that takes its time, failing ones included', async () => {
    const settles: (() => void)[] = []
    const { inbox, told, errors } = setUp(
      (value) =>
        new Promise((resolve) => {
          const isBad = value === '2'
          settles.push(() => resolve(isBad ? { issues: [{ message: 'x' }] } : { value }))
        }),
    )
    for (const data of ['1', '2', '3']) inbox.take(data, 1)
    for (let i = 0; i < 3; i++) {
      settles[i]?.()
      await settle()
    }
    expect(told).toEqual(['1', '3'])
    expect(errors).toMatchObject([{ code: 'SCHEMA' }])
  })

  it('puts what a handler causes to arrive after what had arrived before', async () => {
    const { inbox, told, finish, handlers } = setUp()
    handlers.onMessage = (message) => {
      told.push(message)
      if (message === '1') inbox.take('caused by 1', 1)
      if (message === '2') inbox.take('caused by 2', 1)
    }
    for (const data of ['slow:1', '2', 'slow:3', '4']) inbox.take(data, 1)
    await finish('1')
    await finish('3')
    expect(told).toEqual(['1', '2', '3', '4', 'caused by 1', 'caused by 2'])
  })
})

describe('an inbox whose handler causes messages to arrive within the call', () => {
  it('tells each to everybody before the next', () => {
    const { inbox, told, handlers } = setUp()
    handlers.onMessage = (message) => {
      if (message === '1') inbox.take('2', 1)
      told.push(message)
    }
    inbox.take('1', 1)
    inbox.take('3', 1)
    expect(told).toEqual(['1', '2', '3'])
  })
})

describe('after()', () => {
  it('calls back within the call where nothing is waited for', () => {
    let isDone = false
    setUp().inbox.after(() => {
      isDone = true
    })
    expect(isDone).toBe(true)
  })

  it('calls back once all that came before was told, and before what comes after', async () => {
    const { inbox, told, finish } = setUp()
    inbox.take('slow:1', 1)
    inbox.take('2', 1)
    inbox.after(() => told.push('end'))
    inbox.take('3', 1)
    expect(told).toEqual([])
    await finish('1')
    expect(told).toEqual(['1', '2', 'end', '3'])
  })
})
