import type { RawIncoming, RawOutgoing } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { nativeClasses } from './native-classes.ts'
import { startLine, startServer } from './set-up.ts'

const TEXT = 'plain, grüße, 漢字, 🙂'
const BYTES = Uint8Array.from({ length: 300 }, (_, index) => index % 256)

/** The same 100 bytes in every form that a socket takes. */
const FORMS: readonly (readonly [string, () => RawOutgoing])[] = [
  ['an ArrayBuffer', () => BYTES.slice(100, 200).buffer],
  ['a Uint8Array that is part of a buffer', () => BYTES.subarray(100, 200)],
  ['a Uint16Array', () => new Uint16Array(BYTES.slice().buffer, 100, 50)],
  ['a DataView', () => new DataView(BYTES.buffer, 100, 100)],
  ['a Blob', () => new Blob([BYTES.subarray(100, 150), BYTES.subarray(150, 200)])],
]

describe.each(nativeClasses)('messages, with the class of %s', (_, WebSocket) => {
  const environment = { WebSocket }

  it('carries text both ways, empty ones too', async () => {
    const server = await startServer({ echo: true })
    const { connection, messages } = connectTo(server.url, { environment })
    for (const text of [TEXT, '', 'last']) connection.send(text)
    await waitFor(() => messages.length === 3)
    expect(server.messages).toEqual([TEXT, '', 'last'])
    expect(messages).toEqual([TEXT, '', 'last'])
  })

  it.each(FORMS)('carries %s both ways', async (_, form) => {
    const server = await startServer({ echo: true })
    const { connection, messages, seen } = connectTo(server.url, { environment, binaryType: 'arraybuffer' })
    connection.send(form())
    await seen('open')
    connection.send(form())
    await waitFor(() => messages.length === 2)
    const bytes = Buffer.from(BYTES.subarray(100, 200))
    expect(server.messages).toEqual([bytes, bytes])
    expect(await Promise.all(messages.map(bytesOf))).toEqual([bytes, bytes])
  })

  it.each([
    { binaryType: undefined, tag: 'Blob' },
    { binaryType: 'blob', tag: 'Blob' },
    { binaryType: 'arraybuffer', tag: 'ArrayBuffer' },
  ] as const)('hands on binary as $tag with binaryType $binaryType, over reconnects', async (given) => {
    const { server, proxy } = await startLine({ echo: true })
    const { connection, messages, seen } = connectTo(proxy.url, {
      environment,
      ...(given.binaryType ? { binaryType: given.binaryType } : {}),
    })
    connection.send(BYTES)
    await waitFor(() => messages.length === 1)
    proxy.reset()
    await seen('open', 2)
    connection.send(BYTES)
    connection.send('text stays text')
    await waitFor(() => messages.length === 3)
    const tags = messages.map((message) => Object.prototype.toString.call(message).slice(8, -1))
    expect(tags).toEqual([given.tag, given.tag, 'String'])
    expect(await bytesOf(messages[1])).toEqual(Buffer.from(BYTES))
    expect(server.accepted).toBe(2)
  })

  it('keeps a binaryType that was set later, over reconnects', async () => {
    const { proxy } = await startLine({ echo: true })
    const { connection, messages, seen } = connectTo(proxy.url, { environment })
    await seen('open')
    connection.binaryType = 'arraybuffer'
    connection.send(BYTES)
    await waitFor(() => messages.length === 1)
    proxy.reset()
    await seen('open', 2)
    connection.send(BYTES)
    await waitFor(() => messages.length === 2)
    for (const message of messages) expect(message).toBeInstanceOf(ArrayBuffer)
  })

  it('sends what a buffer held at send(), queued or not', async () => {
    const server = await startServer()
    const { connection, seen } = connectTo(server.url, { environment })
    const bytes = Uint8Array.of(1, 2, 3)
    const send = () => {
      connection.send(bytes)
      connection.send(bytes.buffer)
      bytes.fill(9)
    }
    send()
    await seen('open')
    bytes.set([4, 5, 6])
    send()
    await server.waitFor(({ messages }) => messages.length === 4)
    const [first, second] = [Buffer.of(1, 2, 3), Buffer.of(4, 5, 6)]
    expect(server.messages).toEqual([first, first, second, second])
  })

  it('sends a Blob before the text that came after it', async () => {
    const server = await startServer()
    const { connection, seen } = connectTo(server.url, { environment })
    await seen('open')
    const blob = new Blob([new Uint8Array(1024 * 1024)])
    for (const message of [blob, 'after the first', blob, 'after the second']) connection.send(message)
    await server.waitFor(({ messages }) => messages.length === 4)
    const kinds = server.messages.map((message) => (typeof message === 'string' ? message : message.length))
    expect(kinds).toEqual([1024 * 1024, 'after the first', 1024 * 1024, 'after the second'])
  })

  it('tells a Blob that is slow to read before the text that came after it', async () => {
    const server = await startServer()
    const { connection, messages, seen } = connectTo(server.url, {
      environment,
      codec: {
        encode: (message) => message,
        decode: (data) => (data instanceof Blob ? data.text() : data),
      },
    })
    await seen('open')
    const long = 'x'.repeat(1024 * 1024)
    server.sendAll(Buffer.from(long))
    server.sendAll('text')
    server.sendAll(Buffer.from('short binary'))
    await waitFor(() => messages.length === 3)
    expect(messages).toEqual([long, 'text', 'short binary'])
    expect(connection.binaryType).toBe('blob')
  })

  it('carries a message of 8 MiB', async () => {
    const server = await startServer({ echo: true })
    const { connection, messages } = connectTo(server.url, { environment })
    const large = 'ab'.repeat(4 * 1024 * 1024)
    connection.send(large)
    await waitFor(() => messages.length === 1)
    expect(messages[0] === large).toBe(true)
  })
})

async function bytesOf(data: RawIncoming | undefined): Promise<Buffer> {
  if (data === undefined || typeof data === 'string') throw new TypeError('A binary message was expected')
  return Buffer.from(data instanceof Blob ? await data.arrayBuffer() : data)
}
