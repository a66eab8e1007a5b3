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
    const told = new Set<string>()
    connection.events$.subscribe((event) => {
      if (event.type === 'dropped') told.add(event.reason)
      if (event.type === 'unconfirmed') told.add(event.type)
    })
    await seen('open')
    const outcome = connection.deliver(file).then(
      ({ status }) => status,
      ({ code, reason }) => `${code} ${reason}`,
    )
    connection.send('behind')
    // The native class ends the connection over it: once.
    await seen('open', 2)
    await line.until({ received: 1 })
    await vi.waitFor(() => expect(connection.outbox.queued).toBe(0))
    await connection.close()
    const { received } = await line.report()
    expect(received.map(({ head }) => head)).toEqual(['behind'])
    expect(errors).toEqual([])
    // What is behind went before the end, so that no more is known of the one than of the other.
    const isPassedOver = quirks.passesOverFiles && told.has('unconfirmed')
    expect([...told]).toEqual([isPassedOver ? 'unconfirmed' : 'unreadable'])
    expect(await outcome).toBe(isPassedOver ? 'written' : 'DROPPED unreadable')
  },
)
