import { afterEach, describe, expect, it, vi } from 'vitest'
import { connect, constant } from '../index.ts'
import { fakeServer, fakeSignals } from './index.ts'

const URL_A = 'ws://fake.test/a'
type Fake = NonNullable<NonNullable<Parameters<typeof vi.useFakeTimers>[0]>['toFake']>[number]

/** What Jest fakes where nothing is said; of these, vitest leaves microtasks alone. */
const AS_JEST: Fake[] = [
  'Date',
  'performance',
  'queueMicrotask',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'setImmediate',
  'setInterval',
  'setTimeout',
]

afterEach(() => {
  vi.useRealTimers()
})

describe.each<[string, Fake[] | undefined]>([
  ['of vitest', undefined],
  ['with all that Jest fakes', AS_JEST],
])('the fake timers %s', (_, toFake) => {
  const fake = () => vi.useFakeTimers(toFake ? { toFake } : {})

  it('go for the clock of a connection: attempts, the heartbeat, what a message may take', async () => {
    fake()
    using server = fakeServer(URL_A).install()
    const connection = connect(URL_A, {
      reconnect: { backoff: constant(20_000) },
      heartbeat: { message: () => 'ping', interval: 25_000, timeout: 10_000 },
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.state).toMatchObject({ status: 'open', since: Date.now() })
    await vi.advanceTimersByTimeAsync(25_000)
    expect(server.messages).toEqual(['ping'])
    server.refuse()
    // Given up, and dialled anew at once.
    await vi.advanceTimersByTimeAsync(10_001)
    expect(connection.state).toMatchObject({ status: 'waiting', attempt: 1 })
    const delivered = connection.deliver('too slow', { timeout: 5_000 })
    const outcome = expect(delivered).rejects.toMatchObject({ reason: 'timeout' })
    await vi.advanceTimersByTimeAsync(5_000)
    await outcome
    server.accept()
    await vi.advanceTimersByTimeAsync(15_000)
    expect(connection.state.status).toBe('open')
    await connection.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('are found where they came when the server and the connection were there already', async () => {
    const server = fakeServer(URL_A, { latency: 100 })
    const signals = fakeSignals()
    const environment = { ...server.environment, ...signals.environment }
    const connection = connect(URL_A, { environment, reconnect: { backoff: constant(1_000) } })
    await server.connected
    fake()
    server.drop()
    await vi.advanceTimersByTimeAsync(1_099)
    expect(connection.state.status).toBe('connecting')
    await vi.advanceTimersByTimeAsync(1)
    expect(connection.state.status).toBe('open')
    const closed = connection.close()
    await vi.advanceTimersByTimeAsync(100)
    await closed
    expect(vi.getTimerCount()).toBe(0)
  })
})
