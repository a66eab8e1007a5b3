import { connect } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { nativeClasses } from './native-classes.ts'
import { startServer } from './set-up.ts'

it('constructs without a global WebSocket, and says what is missing when it dials', async () => {
  // Node 20 has none; later ones do.
  vi.stubGlobal('WebSocket', undefined)
  const connection = connect('ws://127.0.0.1:9/')
  const errors: string[] = []
  connection.errors$.subscribe(({ code }) => errors.push(code))
  expect(connection.state).toEqual({ status: 'idle', attempt: 0 })
  connection.send('kept')
  await waitFor(() => connection.state.status === 'closed')
  expect(connection.state).toMatchObject({
    by: 'verdict',
    code: 1006,
    error: { code: 'NO_WEBSOCKET', message: expect.stringContaining('environment.WebSocket') },
  })
  expect(errors).toEqual(['NO_WEBSOCKET'])
  expect(connection.outbox.queued).toBe(1)
  expect((await connection.close()).undelivered).toEqual(['kept'])
})

it('finds a global WebSocket that comes later, at the next open()', async () => {
  vi.stubGlobal('WebSocket', undefined)
  const server = await startServer()
  const connection = connect(server.url)
  connection.send('kept')
  await waitFor(() => connection.state.status === 'closed')
  vi.stubGlobal('WebSocket', nativeClasses[0]?.[1])
  connection.open()
  await server.waitFor(({ messages }) => messages.length === 1)
  expect(server.messages).toEqual(['kept'])
  await connection.close()
})
