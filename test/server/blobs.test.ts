import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { startServer } from './set-up.ts'

it('drops a file that was changed since it was opened, and sends what is behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'photo')
  await writeFile(path, 'a photo')
  const file = await openAsBlob(path)
  await writeFile(path, 'another')

  const server = await startServer()
  server.onMessage = (socket, data) => socket.send(`ack ${String(data)}`)
  const { connection, seen, errors } = connectTo(server.url, {
    // `ws` ends the connection over it, and shows not what it had sent: only what is to be acknowledged comes back.
    environment: { WebSocket },
    delivery: {
      id: (message) => (message === file ? 'file' : String(message)),
      acknowledged: (message) => /^ack (.*)/.exec(String(message))?.[1],
    },
  })
  await seen('open')
  const delivered = connection.deliver(file)
  connection.send('behind')
  await expect(delivered).rejects.toMatchObject({ code: 'DROPPED', reason: 'unreadable' })
  await waitFor(() => connection.outbox.acknowledged === 1)
  expect(server.messages).toEqual(['behind'])
  expect(connection.outbox).toMatchObject({ queued: 0, inFlight: 0, dropped: 1 })
  expect([server.accepted, errors]).toEqual([2, []])
})
