import { describe, expect, it, vi } from 'vitest'
import { type Options, setUpOpen } from '../../../test/unit/set-up.ts'

/** A Blob, and how the host reads it: each time as the next of these says, or as `answer()` does at last. */
function blobOf(...answers: boolean[]) {
  let answer: (isReadable: boolean) => void = () => undefined
  const later = new Promise<boolean>((resolve) => (answer = resolve))
  const asked = vi.fn<(start: number) => void>()
  const slice = (start: number) => ({
    async arrayBuffer() {
      asked(start)
      if (await (answers.shift() ?? later)) return new ArrayBuffer(1)
      throw new DOMException('It was changed.', 'NotReadableError')
    },
  })
  return { blob: Object.assign(new Blob(['blob']), { slice }), asked, answer }
}

/** A connection that was lost with these in its buffer, once they are queued again. */
async function setUpLost(messages: readonly unknown[], options?: Options) {
  const world = await setUpOpen(options)
  const { connection, server, clock, handshake } = world
  const lose = async () => {
    server.drop()
    // A host has long looked at a Blob when the next connection opens.
    await clock.advance(0)
  }
  const comeBack = async () => {
    await clock.advance(1_000)
    await handshake()
  }
  server.connection.stall()
  for (const message of messages) connection.send(message)
  await lose()
  return { ...world, lose, comeBack }
}

describe('a Blob that comes back from a lost connection', () => {
  it('is dropped and told where it cannot be read any more, and what is behind it goes out', async () => {
    const { blob, asked } = blobOf(false)
    const { connection, server, comeBack, eventsOf, errors } = await setUpLost([blob, 'behind'])
    expect(asked).toHaveBeenCalledExactlyOnceWith(-1)
    expect(eventsOf('dropped')).toMatchObject([{ reason: 'unreadable', message: blob }])
    await comeBack()
    expect(server.messages).toEqual(['behind'])
    expect(connection.outbox).toMatchObject({ queued: 0, recovered: 2, dropped: 1 })
    expect([connection.state.status, server.connections.length, errors]).toEqual(['open', 2, []])
  })

  it('rejects its deliver() then', async () => {
    const { connection, server, lose, comeBack } = await setUpLost([])
    await comeBack()
    server.connection.stall()
    const delivered = expect(connection.deliver(blobOf(false).blob)).rejects.toMatchObject({
      code: 'DROPPED',
      reason: 'unreadable',
      message: 'Dropped: an unreadable Blob.',
    })
    await lose()
    await delivered
  })

  it('is written where it can, before what is behind it', async () => {
    const { blob } = blobOf(true)
    const { server, comeBack, eventsOf } = await setUpLost(['before', blob, 'behind'])
    await comeBack()
    expect(server.messages).toEqual(['before', blob, 'behind'])
    expect(eventsOf('dropped')).toEqual([])
  })

  it.each<[what: string, blob: unknown]>([
    ['is of the host', new Blob(['x'])],
    ['is empty', new Blob([])],
    ['cannot be asked, as in React Native', { size: 1, slice: Object, [Symbol.toStringTag]: 'Blob' }],
    ['throws when it is asked', { size: 1, [Symbol.toStringTag]: 'Blob' }],
  ])('is written where it %s', async (_, blob) => {
    const delivery = { id: (message: unknown) => (message === blob ? 1 : 2), acknowledged: () => undefined }
    const { server, comeBack } = await setUpLost([blob, 'behind'], { delivery })
    await new Promise((resolve) => setImmediate(resolve))
    await comeBack()
    expect(server.messages).toEqual([blob, 'behind'])
  })

  it('is asked for after each loss: its file may be changed between', async () => {
    const { blob, asked } = blobOf(true, false)
    const delivery = { id: () => 1, acknowledged: () => undefined }
    const { server, connection, lose, comeBack, eventsOf } = await setUpLost([blob], { delivery })
    await comeBack()
    expect(server.messages).toEqual([blob])
    expect(connection.outbox.inFlight).toBe(1)
    await lose()
    expect(asked).toHaveBeenCalledTimes(2)
    expect(eventsOf('dropped')).toMatchObject([{ reason: 'unreadable' }])
    expect(connection.outbox).toMatchObject({ queued: 0, inFlight: 0 })
  })

  it('is dropped after the next loss, where it was written before that was known', async () => {
    const { blob, answer } = blobOf()
    const delivery = { id: () => 1, acknowledged: () => undefined }
    const { server, clock, lose, comeBack, eventsOf } = await setUpLost([blob], { delivery })
    await comeBack()
    expect(server.messages).toEqual([blob])
    answer(false)
    await clock.advance(0)
    expect(eventsOf('dropped')).toEqual([])
    await lose()
    expect(eventsOf('dropped')).toMatchObject([{ reason: 'unreadable' }])
  })

  it('is dropped once: what was cleared meanwhile is told as that', async () => {
    const { blob, answer } = blobOf()
    const { connection, clock, eventsOf } = await setUpLost([blob])
    connection.clear()
    answer(false)
    await clock.advance(0)
    expect(eventsOf('dropped')).toMatchObject([{ reason: 'cleared' }])
    expect(connection.outbox).toMatchObject({ dropped: 1, queued: 0 })
  })

  it('is told once the queue is in order: what a listener sends then goes behind what waits', async () => {
    const { blob, answer } = blobOf()
    const { connection, server, clock, comeBack } = await setUpLost([blob, 'behind'])
    const seen: unknown[] = []
    connection.events$.subscribe(({ type }) => {
      if (type !== 'dropped') return
      seen.push(connection.outbox.queued)
      connection.send('instead')
    })
    answer(false)
    await clock.advance(0)
    expect(seen).toEqual([1])
    await comeBack()
    expect(server.messages).toEqual(['behind', 'instead'])
  })
})

it('a Blob that was never written is not asked for: what is sent while open leaves at once', async () => {
  const { blob, asked } = blobOf(false)
  const { connection, server } = await setUpOpen()
  connection.send(blob)
  connection.send('next')
  expect(server.messages).toEqual([blob, 'next'])
  expect(asked).not.toHaveBeenCalled()
})
