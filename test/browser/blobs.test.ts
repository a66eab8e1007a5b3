import { expect, it, onTestFinished, vi } from 'vitest'
import { connectTo } from '../server/client.ts'
import { quirks } from './host.ts'
import { startLine } from './line.ts'

/** A file that somebody has picked, and changed since: no browser reads it any more. */
async function changedFile(): Promise<Blob> {
  const root = await navigator.storage.getDirectory()
  const name = crypto.randomUUID()
  const handle = await root.getFileHandle(name, { create: true })
  onTestFinished(() => root.removeEntry(name))
  const write = async (text: string) => {
    const stream = await handle.createWritable()
    await stream.write(text)
    await stream.close()
  }
  await write('a photo')
  const file = await handle.getFile()
  await write('another')
  return file
}

it.skipIf(quirks.hasNoFiles)(
  'drops a file that was changed since it was picked, and sends what is behind',
  async () => {
    const file = await changedFile()
    await expect(file.text()).rejects.toThrow()
    const line = await startLine()
    const { connection, seen, errors } = connectTo(line.url, {})
    const dropped: unknown[] = []
    connection.events$.subscribe((event) => event.type === 'dropped' && dropped.push(event.reason))
    await seen('open')
    const delivered = expect(connection.deliver(file)).rejects.toMatchObject({
      code: 'DROPPED',
      reason: 'unreadable',
    })
    connection.send('behind')
    // The native class ends the connection over it: once.
    await seen('open', 2)
    const { received } = await line.until({ received: 1 })
    expect(received.map(({ head }) => head)).toEqual(['behind'])
    await delivered
    expect([dropped, errors]).toEqual([['unreadable'], []])
    await vi.waitFor(() => expect(connection.outbox.queued).toBe(0))
  },
)
