import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { queryParameter } from './carriers.ts'
import type { Environment } from './environment.ts'
import type { HoldfastError } from './errors.ts'
import { Lease, type LeaseOptions } from './lease.ts'
import type { Entry } from './registry.ts'
import { fakeServer } from './testing/index.ts'

const A = 'ws://fake.test/a'
const B = 'ws://fake.test/b'

beforeEach(() => {
  vi.useFakeTimers()
  // A window is what tells a page from a server.
  vi.stubGlobal('window', {})
})

/** Of this test, and released after it. */
let leases: Lease[] = []

function createLease(): Lease {
  const lease = new Lease()
  leases.push(lease)
  return lease
}

afterEach(async () => {
  for (const lease of leases) lease.release()
  leases = []
  await vi.advanceTimersByTimeAsync(20_000)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function setUp() {
  const server = fakeServer(/^/, { latency: 1 })
  const environment: Partial<Environment> = {
    WebSocket: server.WebSocket,
    setTimeout: (callback, delay) => setTimeout(callback, delay),
    now: () => Date.now(),
  }
  return { server, environment }
}

/** Renders, and commits: what a view does. */
function show(lease: Lease, url: string | null, options: LeaseOptions): Entry | undefined {
  const entry = lease.find(url, options)
  expect(lease.hold(entry, url, options)).toBe(true)
  return entry
}

describe('a lease', () => {
  it('has no connection on a server', () => {
    vi.stubGlobal('window', undefined)
    expect(createLease().find(A, setUp())).toBeUndefined()
  })

  it('goes over to another URL under the same key, with all views of that key', async () => {
    const { server, environment } = setUp()
    const options = { environment, key: 'room' }
    const views = Array.from({ length: 10 }, createLease)
    const errors: HoldfastError[] = []
    for (const view of views) show(view, A, options)
    await vi.advanceTimersByTimeAsync(1)
    for (const view of views) {
      show(view, B, options)?.connection.errors$.subscribe((error) => errors.push(error))
    }
    await vi.advanceTimersByTimeAsync(10)
    expect(server.live.map(({ url }) => url)).toEqual([B])
    expect(errors).toEqual([])
  })

  it('says so when views want different URLs under one key', async () => {
    const { environment } = setUp()
    const options = { environment, key: 'room' }
    const errors: string[] = []
    for (const url of [A, B]) {
      show(createLease(), url, options)?.connection.errors$.subscribe(({ code }) =>
        errors.push(`${url} ${code}`),
      )
    }
    await vi.advanceTimersByTimeAsync(1)
    expect(errors).toEqual([`${A} CONFIGURATION`, `${B} CONFIGURATION`])
  })

  it('reports different options for one connection, also where nobody listens to errors$', async () => {
    const { server, environment } = setUp()
    const reportError = vi.fn<(error: unknown) => void>()
    show(createLease(), A, { environment: { ...environment, reportError } })
    show(createLease(), A, { environment, connectTimeout: 1 })
    await vi.advanceTimersByTimeAsync(10)
    expect(server.connections).toHaveLength(1)
    expect(reportError.mock.lastCall).toMatchObject([{ code: 'CONFIGURATION' }])
  })

  it('finds another connection when protocols change beside a URL function', () => {
    const { environment } = setUp()
    const lease = createLease()
    const first = lease.find(() => A, { environment, protocols: 'v1' })
    expect(lease.find(() => A, { environment, protocols: ['v1'] })).toBe(first)
    expect(lease.find(() => A, { environment, protocols: 'v2' })).not.toBe(first)
  })

  it('revives a connection that was being closed when the next view took hold of it', async () => {
    const { server, environment } = setUp()
    const [leaving, coming] = [createLease(), createLease()]
    show(leaving, A, { environment })
    await vi.advanceTimersByTimeAsync(5)
    const rendered = coming.find(A, { environment })
    show(leaving, B, { environment })
    expect(rendered?.connection.state.status).toBe('closing')
    expect(coming.hold(rendered, A, { environment })).toBe(true)
    await vi.advanceTimersByTimeAsync(10)
    expect(rendered?.connection.state.status).toBe('open')
    expect(server.live.map(({ url }) => url).sort()).toEqual([A, B])
  })

  it('asks to render again what was replaced while it was hidden', async () => {
    const { server, environment } = setUp()
    const [hidden, other] = [createLease(), createLease()]
    const rendered = show(hidden, A, { environment })
    hidden.release()
    await vi.advanceTimersByTimeAsync(150)
    const current = show(other, A, { environment })
    expect(hidden.hold(rendered, A, { environment })).toBe(false)
    expect(show(hidden, A, { environment })).toBe(current)
    await vi.advanceTimersByTimeAsync(10)
    expect(server.live).toHaveLength(1)
  })
})

describe("handover: 'move'", () => {
  it.each(['a view', 'a listener of the connection'])(
    'moves what is queued when %s goes over',
    async (who) => {
      const { server, environment } = setUp()
      const reported: unknown[] = []
      const lease = createLease()
      const options: LeaseOptions = {
        environment,
        handover: 'move',
        onRelease: ({ moved, undelivered }) => reported.push({ moved, undelivered }),
      }
      const before = show(lease, A, options)
      server.hang()
      await vi.advanceTimersByTimeAsync(5)
      before?.connection.send('1')
      before?.connection.send('2')
      const goOver = () => show(lease, B, options)?.connection.send('3')
      if (who === 'a view') goOver()
      else {
        before?.connection.state$.subscribe(({ status }) => {
          if (status === 'waiting') goOver()
        })
        server.refuse()
      }
      server.accept()
      await vi.advanceTimersByTimeAsync(10)
      expect(server.messages).toEqual(['1', '2', '3'])
      expect(reported).toEqual([{ moved: 2, undelivered: [] }])
    },
  )
})

describe('who signs in', () => {
  const signedIn = (environment: Partial<Environment>, identity: string): LeaseOptions => ({
    environment,
    key: 'room',
    handover: 'move',
    auth: { token: () => `token of ${identity}`, via: queryParameter(), allowInsecure: true, identity },
  })

  it('never shares a socket or a queue with somebody else, under one key and with handover', async () => {
    const { server, environment } = setUp()
    const lease = createLease()
    server.hang()
    const ada = show(lease, A, signedIn(environment, 'ada'))
    ada?.connection.send('from ada')
    const errors: HoldfastError[] = []
    const ben = show(lease, A, signedIn(environment, 'ben'))
    ben?.connection.errors$.subscribe((error) => errors.push(error))
    server.accept()
    await vi.advanceTimersByTimeAsync(20)
    expect(ben?.connection).not.toBe(ada?.connection)
    expect(server.live.map(({ url }) => url)).toEqual([`${A}?access_token=token+of+ben`])
    expect(server.messages).toEqual([])
    expect(errors).toEqual([])
  })

  it('shares a connection with the same user in another view', () => {
    const { environment } = setUp()
    const entries = [createLease(), createLease()].map((lease) => lease.find(A, signedIn(environment, 'ada')))
    expect(entries[0]).toBe(entries[1])
  })
})
