import { describe, expect, it } from 'vitest'
import { setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import { onEveryMessage, tryDeliver, trySend } from './bindings.ts'

describe('trySend()', () => {
  it('sends, and says so', async () => {
    const { connection, server } = await setUpOpen()
    expect(trySend(connection, 'x')).toBe(true)
    expect(server.messages).toEqual(['x'])
  })

  it('says no without a connection', () => {
    expect(trySend(null, 'x')).toBe(false)
  })

  it('says no to a full queue, and tells it where somebody listens', () => {
    const { connection, errors, reported } = setUp({ queue: { maxMessages: 1 } })
    expect([trySend(connection, 'x'), trySend(connection, 'y')]).toEqual([true, false])
    expect(errors).toMatchObject([{ code: 'OVERFLOW' }])
    const quiet = setUp({ listens: false, queue: { maxMessages: 1 } })
    expect([trySend(quiet.connection, 'x'), trySend(quiet.connection, 'y')]).toEqual([true, false])
    expect([...reported, ...quiet.reported]).toEqual([])
  })

  it('says no after close()', async () => {
    const { connection, errors } = setUp()
    await connection.close()
    expect(trySend(connection, 'x')).toBe(false)
    expect(errors).toMatchObject([{ code: 'CLOSED' }])
  })

  it('throws for mistakes in the call itself', () => {
    const { connection } = setUp()
    expect(() => trySend(connection, { no: 'codec' })).toThrow(expect.objectContaining({ code: 'ENCODE' }))
    expect(() => trySend(connection, 'x', { ttl: -1 })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    )
  })
})

describe('tryDeliver()', () => {
  it('delivers', async () => {
    const { connection } = await setUpOpen()
    expect(await tryDeliver(connection, 'x')).toMatchObject({ status: 'written' })
  })

  it('rejects without a connection', async () => {
    await expect(tryDeliver(null, 'x')).rejects.toMatchObject({
      code: 'CLOSED',
      message: 'There is no connection.',
      reason: 'closed',
    })
  })
})

describe('onEveryMessage()', () => {
  it('calls over all lives of the connection, until it is ended', async () => {
    const { connection, server, handshake } = await setUpOpen()
    const messages: unknown[] = []
    const end = onEveryMessage(connection, (message) => messages.push(message))
    server.send('1')
    server.close(1000)
    connection.open()
    await handshake()
    server.send('2')
    end()
    server.send('3')
    expect(messages).toEqual(['1', '2'])
  })

  it('has a handler that throws reported', async () => {
    const { connection, server, errors } = await setUpOpen()
    const cause = new Error('broken')
    onEveryMessage(connection, () => {
      throw cause
    })
    server.send('1')
    expect(errors).toMatchObject([{ code: 'HANDLER', cause }])
  })
})
