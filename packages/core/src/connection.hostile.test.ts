import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type Options, setUpOpen } from '../../../test/unit/set-up.ts'
import { json, text } from './codec.ts'

const bytes = (...values: number[]) => new Uint8Array(values).buffer

interface Node {
  child?: Node | undefined
}
const zodNode: z.ZodType<Node> = z.object({
  get child() {
    return zodNode.optional()
  },
})
const valibotNode: v.GenericSchema<Node> = v.object({ child: v.optional(v.lazy(() => valibotNode)) })

/** Sends one hostile message between two good ones. */
async function between(hostile: string | ArrayBuffer, options: Options) {
  const { connection, server, clock, errors } = await setUpOpen({ codec: json(), ...options })
  const seen: unknown[] = []
  connection.messages$.subscribe((message) => seen.push(message))
  connection.channel({ subscribe: () => 'x', filter: () => true }).subscribe()
  for (const data of ['{"child":{}}', hostile, '{}']) server.send(data)
  await clock.settle()
  expect(connection.state.status).toBe('open')
  expect(seen.at(0)).toEqual({ child: {} })
  expect(seen.at(-1)).toEqual({})
  return { seen, errors, connection }
}

describe.each([
  ['json()', {}],
  ['zod', { schema: zodNode }],
  ['valibot', { schema: valibotNode }],
])('with %s, a message', (name, options: Options) => {
  it('nested 100,000 deep does no harm beyond an error', async () => {
    const deep = `${'{"child":'.repeat(100_000)}{}${'}'.repeat(100_000)}`
    const { seen, errors } = await between(deep, options)
    // Whether a host's parser or a schema gives up on it is theirs to say.
    expect(seen.length + errors.length).toBe(3)
    for (const { code } of errors) expect(['DECODE', 'SCHEMA']).toContain(code)
  })

  it('with __proto__ changes no prototype', async () => {
    const hostile = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'
    await between(hostile, options)
    expect('polluted' in {}).toBe(false)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('of 50 MB is read, or an error', async () => {
    const { seen, errors } = await between(`{"text":"${'x'.repeat(50 * 1024 * 1024)}"}`, options)
    expect(seen.length + errors.length).toBe(3)
  }, 60_000)

  it.each<[string, string | ArrayBuffer]>([
    ['that is not UTF-8', bytes(0x22, 0xff, 0x22)],
    ['with half an emoji, as bytes', bytes(0x22, 0xf0, 0x9f, 0x22)],
    ['with a surrogate as bytes', bytes(0x22, 0xed, 0xa0, 0xbd, 0x22)],
    ['that is cut off', '{"child":{'],
    ['that is empty', ''],
  ])('%s is a DECODE error', async (_, data) => {
    const { seen, errors } = await between(data, options)
    expect(errors).toMatchObject([{ code: 'DECODE' }])
    expect(seen).toHaveLength(2)
  })

  it('with half an emoji, escaped, is read as it is', async () => {
    const { seen, errors } = await between(String.raw`{"child":{},"x":"\ud83d"}`, options)
    expect(errors).toEqual([])
    if (name === 'json()') expect(seen[1]).toEqual({ child: {}, x: '\ud83d' })
  })
})

describe('half an emoji that is sent', () => {
  it.each([
    ['json(): escaped', json<unknown>(), '"\\ud83d"'],
    ['text(): as it is, and U+FFFD on the wire', text(), '\ufffd'],
  ])('goes out by %s, and counts 3 bytes as it waits', async (_, codec, wire) => {
    const { connection, server, clock } = await setUpOpen({ codec })
    connection.send('\ud83d')
    expect(server.messages).toEqual([wire])
    server.drop()
    connection.send('\ud83d')
    expect(connection.outbox.queuedBytes).toBe(wire === '\ufffd' ? 3 : 8)
    await clock.advance(1)
  })
})

describe('messages that do not fit a schema', () => {
  it('are told with their issues, and can be counted', async () => {
    const schema = z.object({ n: z.number() })
    const { connection, server, errors, eventsOf } = await setUpOpen({ schema })
    const seen: unknown[] = []
    connection.messages$.subscribe((message) => seen.push(message))
    for (const data of ['{"n":1}', '{"n":"1"}', '{}', '{"n":2}']) server.send(data)
    expect(seen).toEqual([{ n: 1 }, { n: 2 }])
    expect(errors).toMatchObject([
      { code: 'SCHEMA', cause: [{ path: ['n'] }] },
      { code: 'SCHEMA', cause: [{ path: ['n'] }] },
    ])
    const counted = eventsOf('error').filter(({ error }) => error.code === 'SCHEMA')
    expect(counted).toHaveLength(2)
    // What is for telemetry quotes no message.
    for (const { error } of counted) expect(error.cause).toBeUndefined()
  })
})

describe('a control message that waits, and that the native class refuses', () => {
  it('is an error, and what is behind it goes out', async () => {
    const { server, clock, connection, errors } = await setUpOpen({ queue: { highWaterMark: 5 } })
    const subscription = connection
      .channel({ subscribe: () => 'on', unsubscribe: () => 'off', filter: () => false })
      .subscribe()
    server.stall()
    connection.send('fills the buffer')
    subscription.unsubscribe()
    const { socket } = server.connection
    const send = socket.send.bind(socket)
    socket.send = (data) => {
      if (data === 'off') throw new TypeError('Refused.')
      send(data)
    }
    connection.send('behind')
    server.drain()
    await clock.advance(100)
    expect(errors).toMatchObject([{ code: 'ENCODE' }])
    expect(server.messages).toEqual(['on', 'fills the buffer', 'behind'])
  })
})
