import { describe, expect, it, vi } from 'vitest'
import { setUpOpen } from '../../../test/unit/set-up.ts'
import { json } from './codec.ts'
import { RequestStore } from './request-store.ts'

interface Answer {
  readonly id: number
  readonly ok?: true
}

const ways = { idOf: (message: unknown) => (message as Answer).id }

async function setUp() {
  const world = await setUpOpen({ codec: json() })
  const store = new RequestStore<unknown, unknown, unknown>()
  const seen: string[] = []
  const stop = store.subscribe(() => seen.push(store.get().status))
  const ask = (id: number, signal?: AbortSignal) => {
    const answer = store.send(world.connection, { id }, { ...ways, id, ...(signal && { signal }) })
    answer.catch(() => undefined)
    return answer
  }
  const reply = async (id: number) => {
    world.server.send(`{"id":${id}}`)
    await world.clock.advance(0)
  }
  return { ...world, store, seen, stop, ask, reply }
}

describe('the requests of a view', () => {
  it('are idle, pending, answered', async () => {
    const { store, seen, ask, reply } = await setUp()
    expect(store.get()).toEqual({ status: 'idle', data: undefined, error: undefined })
    const answer = ask(1)
    expect(store.get()).toEqual({ status: 'pending', data: undefined, error: undefined })
    await reply(1)
    expect(await answer).toEqual({ id: 1 })
    expect(store.get()).toEqual({ status: 'answered', data: { id: 1 }, error: undefined })
    expect(seen).toEqual(['pending', 'answered'])
  })

  it('fail with the error of the request', async () => {
    const { store, server, ask } = await setUp()
    const answer = ask(1)
    server.drop()
    await expect(answer).rejects.toMatchObject({ code: 'CLOSED' })
    expect(store.get()).toMatchObject({ status: 'failed', data: undefined, error: { code: 'CLOSED' } })
  })

  it('are asked of a connection that is opened anew in the same turn, by an effect that comes later', async () => {
    const { connection, handshake, ask, reply } = await setUp()
    void connection.close()
    await handshake()
    const answer = ask(1)
    connection.open()
    await handshake()
    await reply(1)
    expect(await answer).toEqual({ id: 1 })
  })

  it('go before what is sent after them, also where the connection was closed by the server', async () => {
    const { store, connection, server, clock, handshake } = await setUp()
    server.close(1000)
    await handshake()
    expect(connection.state.status).toBe('closed')
    store.send(connection, 'first', { match: () => true }).catch(() => undefined)
    connection.send('second')
    connection.open()
    await clock.advance(100)
    expect(server.messages).toEqual(['"first"', '"second"'])
  })

  it.each([null, undefined])('fail without a connection: %s', async (connection) => {
    const { store } = await setUp()
    await expect(store.send(connection, 'x', { ...ways, id: 1 })).rejects.toMatchObject({
      code: 'CLOSED',
      message: expect.stringContaining('There is no connection.'),
    })
    expect(store.get()).toMatchObject({ status: 'failed', error: { code: 'CLOSED' } })
  })

  it('fail typed where the function that makes their options throws', async () => {
    const { store, connection } = await setUp()
    const cause = new Error('broken')
    const answer = store.send(connection, 'x', () => {
      throw cause
    })
    const error = {
      code: 'HANDLER',
      message: expect.stringContaining('The options of a request threw.'),
      cause,
    }
    await expect(answer).rejects.toMatchObject(error)
    expect(store.get()).toMatchObject({ status: 'failed', error })
  })

  it('may have their options made of the message', async () => {
    const { store, connection, reply } = await setUp()
    const answer = store.send(connection, { id: 7 }, (message) => ({ ...ways, id: (message as Answer).id }))
    await reply(7)
    expect(await answer).toEqual({ id: 7 })
  })

  it('are one at a time: a new one aborts the one before, whose end changes nothing', async () => {
    const { store, seen, ask, reply } = await setUp()
    const first = ask(1)
    const second = ask(2)
    await expect(first).rejects.toMatchObject({ reason: 'aborted' })
    await reply(2)
    await second
    expect(store.get().data).toEqual({ id: 2 })
    expect(seen).toEqual(['pending', 'answered'])
  })

  it('show nothing of an answer that came before a newer request, and settles after it', async () => {
    const { store, server, ask } = await setUp()
    const first = ask(1)
    server.send('{"id":1}')
    ask(2)
    await first
    expect(store.get().status).toBe('pending')
  })

  it('are forgotten by cancel(), which aborts what is under way', async () => {
    const { store, seen, ask } = await setUp()
    const answer = ask(1)
    store.cancel()
    await expect(answer).rejects.toMatchObject({ reason: 'aborted' })
    expect(store.get()).toEqual({ status: 'idle', data: undefined, error: undefined })
    expect(seen).toEqual(['pending', 'idle'])
  })

  it('cancel() without any tells nobody', async () => {
    const { store, seen } = await setUp()
    store.cancel()
    expect(seen).toEqual([])
  })

  it.each(['before', 'during'])('end with a signal of the caller that is aborted %s it', async (when) => {
    const { store, server, ask } = await setUp()
    const abort = new AbortController()
    if (when === 'before') abort.abort('enough')
    const answer = ask(1, abort.signal)
    abort.abort('enough')
    await expect(answer).rejects.toMatchObject({ reason: 'aborted', cause: 'enough' })
    expect(store.get()).toMatchObject({ status: 'failed', error: { reason: 'aborted' } })
    expect(server.messages).toHaveLength(when === 'before' ? 0 : 1)
  })

  it('leave no listener on the signal of the caller', async () => {
    const { ask, reply } = await setUp()
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    vi.spyOn(signal, 'addEventListener').mockImplementation((type, listener) => {
      if (type === 'abort') listeners.add(listener)
    })
    vi.spyOn(signal, 'removeEventListener').mockImplementation((type, listener) => {
      if (type === 'abort') listeners.delete(listener)
    })
    const answer = ask(1, signal)
    expect(listeners.size).toBe(1)
    await reply(1)
    await answer
    expect(listeners.size).toBe(0)
  })

  it('tell every listener, also where one throws: that is reported', async () => {
    const { store, ask, reply } = await setUp()
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const cause = new Error('of a listener')
    store.subscribe(() => {
      throw cause
    })
    const told: string[] = []
    store.subscribe(() => told.push(store.get().status))
    const answer = ask(1)
    await reply(1)
    await answer
    vi.unstubAllGlobals()
    expect(told).toEqual(['pending', 'answered'])
    expect(reported.mock.calls).toEqual([[cause], [cause]])
  })

  it('leave with their connection, unless they were made on another one since', async () => {
    const { store, connection, ask } = await setUp()
    const other = await setUpOpen({ codec: json() })
    ask(1)
    store.leave(other.connection)
    expect(store.get().status).toBe('pending')
    store.leave(connection)
    expect(store.get().status).toBe('idle')
  })

  it('tell each subscription by itself, until that is ended', async () => {
    const { store, seen, stop, ask } = await setUp()
    let calls = 0
    const listener = (): void => {
      calls += 1
    }
    const ends = [store.subscribe(listener), store.subscribe(listener)]
    ask(1)
    expect(calls).toBe(2)
    ends[0]?.()
    stop()
    store.cancel()
    expect(calls).toBe(3)
    expect(seen).toEqual(['pending'])
  })
})
