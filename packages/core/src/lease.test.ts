import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { storageOf } from '../../../test/unit/storage-of.ts'
import { queryParameter } from './carriers.ts'
import type { Environment } from './environment.ts'
import type { HoldfastError } from './errors.ts'
import { Lease, type LeaseOptions, type LeaseUrl, type ReleaseReport } from './lease.ts'
import type { Entry } from './registry.ts'
import type { StoredMessage } from './storage/stored-message.ts'
import { fakeServer, memoryOutbox } from './testing/index.ts'

const A = 'ws://fake.test/a'
const B = 'ws://fake.test/b'
/** How long a connection that nobody holds is kept, in ms, and then some for its close handshake. */
const KEPT = 110

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

/** With what `onRelease` is told. */
function setUpReleased(options: LeaseOptions = {}) {
  const world = setUp()
  const reports: ReleaseReport[] = []
  const onRelease = (report: ReleaseReport) => void reports.push(report)
  return { ...world, reports, options: { environment: world.environment, onRelease, ...options } }
}

/** Renders, and commits: what a view does. */
function show(lease: Lease, url: LeaseUrl, options: LeaseOptions): Entry | undefined {
  const entry = lease.find(url, options)
  expect(lease.hold(entry, url, options)).toBe(true)
  return entry
}

/** The codes of the errors that a connection tells from now on. */
function errorsOf(entry: Entry | undefined): string[] {
  const codes: string[] = []
  entry?.connection.errors$.subscribe(({ code }) => codes.push(code))
  return codes
}

/** What a connection tells as dropped from now on, and why. */
function dropsOf(entry: Entry | undefined): [unknown, string][] {
  const drops: [unknown, string][] = []
  entry?.connection.events$.subscribe((event) => {
    if (event.type === 'dropped') drops.push([event.message, event.reason])
  })
  return drops
}

describe('a lease', () => {
  it('has no connection on a server', () => {
    vi.stubGlobal('window', undefined)
    expect(createLease().find(A, setUp())).toBeUndefined()
  })

  it.each<[string, LeaseUrl, boolean]>([
    ['the URL is null', null, true],
    ['the URL is undefined', undefined, true],
    ['it is not enabled', A, false],
  ])('has no connection while %s, and lets go of the one it held', async (_, url, enabled) => {
    const { server, environment } = setUp()
    const lease = createLease()
    expect(show(lease, url, { environment, enabled })).toBeUndefined()
    expect(show(lease, A, { environment, enabled: true })).toBeDefined()
    await vi.advanceTimersByTimeAsync(5)
    expect(server.live).toHaveLength(1)
    expect(show(lease, url, { environment, enabled })).toBeUndefined()
    await vi.advanceTimersByTimeAsync(5)
    expect(server.live).toEqual([])
  })

  it('keeps its connection over renders, and lets go of it once', async () => {
    const { server, environment } = setUp()
    const lease = createLease()
    const first = show(lease, A, { environment })
    await vi.advanceTimersByTimeAsync(5)
    expect(show(lease, A, { environment })).toBe(first)
    await vi.advanceTimersByTimeAsync(KEPT)
    expect(first?.connection.state.status).toBe('open')
    lease.release()
    await vi.advanceTimersByTimeAsync(KEPT)
    expect(first?.connection.state.status).toBe('closed')
    expect(server.connections.map(({ closedWith }) => closedWith)).toEqual([{ code: undefined, reason: '' }])
  })

  it('leaves a connection that another view holds as it is, with its queue', async () => {
    const { server, environment } = setUp()
    const [leaving, staying] = [createLease(), createLease()]
    server.hang()
    const shared = show(staying, A, { environment })
    expect(show(leaving, A, { environment })).toBe(shared)
    shared?.connection.send('of both')
    show(leaving, B, { environment, handover: 'move' })
    await vi.advanceTimersByTimeAsync(KEPT)
    expect(server.live.map(({ url }) => url)).toEqual([A, B])
    server.accept()
    await vi.advanceTimersByTimeAsync(5)
    expect(server.live.map(({ messages }) => messages)).toEqual([['of both'], []])
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

  it('does not say so once more for a view that has left within the same commit', async () => {
    const { environment } = setUp()
    const options = { environment, key: 'room' }
    const [other, staying, leaving] = [createLease(), createLease(), createLease()]
    const errors = [errorsOf(show(other, A, options)), errorsOf(show(staying, B, options))]
    show(leaving, B, options)
    leaving.release()
    await vi.advanceTimersByTimeAsync(1)
    expect(errors).toEqual([['CONFIGURATION'], ['CONFIGURATION']])
  })

  it('keeps the first options, and tells that others differ, once for each change', () => {
    const { environment } = setUp()
    const [first, other] = [createLease(), createLease()]
    const entry = show(first, A, { environment, connectTimeout: 1 })
    const errors = errorsOf(entry)
    show(other, A, { environment, connectTimeout: 1, handover: 'move' })
    expect(errors).toEqual([])
    for (let render = 0; render < 3; render++) show(other, A, { environment, connectTimeout: 2 })
    expect(errors).toEqual(['CONFIGURATION'])
    show(other, A, { environment, connectTimeout: 3 })
    show(first, A, { environment, connectTimeout: 1 })
    expect(errors).toEqual(['CONFIGURATION', 'CONFIGURATION'])
    expect(entry?.live.options.connectTimeout).toBe(1)
  })

  it('tells that options differ for each connection that it goes over to', () => {
    const { environment } = setUp()
    const errors = [A, B].map((url) => errorsOf(show(createLease(), url, { environment, connectTimeout: 1 })))
    const lease = createLease()
    for (const url of [A, B]) show(lease, url, { environment, connectTimeout: 2 })
    expect(errors).toEqual([['CONFIGURATION'], ['CONFIGURATION']])
  })

  it('finds another connection when protocols change beside a URL function', () => {
    const { environment } = setUp()
    const lease = createLease()
    const first = lease.find(() => A, { environment, protocols: 'v1' })
    expect(lease.find(() => A, { environment, protocols: ['v1'] })).toBe(first)
    expect(lease.find(() => A, { environment, protocols: 'v2' })).not.toBe(first)
  })

  it.each(['first', 'last'])(
    'keeps a connection that another view of the same commit takes: its effect comes %s',
    async (when) => {
      const { server, reports, options } = setUpReleased({ handover: 'move' })
      const [leaving, coming] = [createLease(), createLease()]
      server.hang()
      show(leaving, A, options)?.connection.send('for a')
      const rendered = [leaving.find(B, options), coming.find(A, options)] as const
      const commits = [
        () => leaving.hold(rendered[0], B, options),
        () => coming.hold(rendered[1], A, options),
      ]
      for (const commit of when === 'first' ? commits.reverse() : commits) expect(commit()).toBe(true)
      server.accept()
      await vi.advanceTimersByTimeAsync(1)
      rendered[1]?.connection.reconnect()
      await vi.advanceTimersByTimeAsync(10)
      expect(server.live.map(({ url }) => url).sort()).toEqual([A, B])
      expect(rendered[1]?.connection.outbox).toMatchObject({ written: 1, dropped: 0 })
      expect(reports).toEqual([])
    },
  )

  it('keeps both where two views of one commit change places, with what is queued', async () => {
    const { server, reports, options } = setUpReleased()
    const [one, two] = [createLease(), createLease()]
    const [a, b] = [show(one, A, options), show(two, B, options)]
    await vi.advanceTimersByTimeAsync(5)
    const rendered = [one.find(B, options), two.find(A, options)] as const
    expect(rendered).toEqual([b, a])
    one.hold(rendered[0], B, options)
    two.hold(rendered[1], A, options)
    await vi.advanceTimersByTimeAsync(KEPT)
    expect([server.connections.length, server.live.length, reports]).toEqual([2, 2, []])
  })

  it('keeps one for a remount that a view leaves for another while the last one is unmounted', async () => {
    const { server, environment } = setUp()
    const [leaving, unmounted, ghost] = [createLease(), createLease(), createLease()]
    const before = show(leaving, A, { environment })
    show(unmounted, A, { environment })
    await vi.advanceTimersByTimeAsync(5)
    ghost.find(A, { environment })
    show(leaving, B, { environment })
    unmounted.release()
    await vi.advanceTimersByTimeAsync(20)
    expect(show(unmounted, A, { environment })).toBe(before)
    expect(server.connections).toHaveLength(2)
  })

  it('closes one that another view has rendered and does not take, after the commit', async () => {
    const { reports, options } = setUpReleased()
    const [leaving, undecided] = [createLease(), createLease()]
    const before = show(leaving, A, options)
    await vi.advanceTimersByTimeAsync(5)
    undecided.find(A, options)
    show(leaving, B, options)
    expect(before?.connection.state.status).toBe('open')
    await vi.advanceTimersByTimeAsync(10)
    expect(before?.connection.state.status).toBe('closed')
    expect(reports).toHaveLength(1)
  })

  it('asks the functions of the view that opens it anew, not those of one before', async () => {
    const { server, environment } = setUp()
    const asked: string[] = []
    const optionsOf = (who: string): [LeaseUrl, LeaseOptions] => [
      () => {
        asked.push(who)
        return A
      },
      { environment, key: 'one', reconnect: { shouldReconnect: () => 'stop' } },
    ]
    const before = createLease()
    show(before, ...optionsOf('before'))
    await vi.advanceTimersByTimeAsync(10)
    server.drop()
    await vi.advanceTimersByTimeAsync(10)
    before.release()
    show(createLease(), ...optionsOf('now'))
    await vi.advanceTimersByTimeAsync(10)
    expect(asked).toEqual(['before', 'now'])
  })

  it('asks the functions of a view that holds it, once the last to render has let go', async () => {
    const { server, environment } = setUp()
    const asked: string[] = []
    const hold = (who: string): Lease => {
      const lease = createLease()
      const url = () => {
        asked.push(who)
        return A
      }
      show(lease, url, { environment, key: 'one', reconnect: { backoff: () => 10 } })
      return lease
    }
    hold('stays')
    const leaves = hold('leaves')
    await vi.advanceTimersByTimeAsync(10)
    leaves.release()
    asked.length = 0
    server.drop()
    await vi.advanceTimersByTimeAsync(20)
    expect(asked).toEqual(['stays'])
  })

  it('asks to render again what was replaced while it was hidden', async () => {
    const { server, environment } = setUp()
    const [hidden, other] = [createLease(), createLease()]
    const rendered = show(hidden, A, { environment })
    hidden.release()
    await vi.advanceTimersByTimeAsync(150)
    const current = show(other, A, { environment })
    expect(hidden.hold(rendered, A, { environment })).toBe(false)
    expect(current?.holders).toBe(1)
    expect(show(hidden, A, { environment })).toBe(current)
    await vi.advanceTimersByTimeAsync(10)
    expect(server.live).toHaveLength(1)
  })
})

describe('a URL', () => {
  it.each<[string, LeaseUrl, LeaseUrl]>([
    ['as text and as URL', 'ws://fake.test', new URL('ws://fake.test')],
    ['with and without its slash', 'ws://fake.test', 'ws://fake.test/'],
    ['as http: and as ws:', 'http://fake.test/a', A],
  ])('is the same %s', (_, one, other) => {
    const { environment } = setUp()
    expect(createLease().find(one, { environment })).toBe(createLease().find(other, { environment }))
  })

  it('is the same where it is relative and the page has gone elsewhere', () => {
    const { environment } = setUp()
    const at = (baseUrl: string) =>
      createLease().find('?room=1', { environment: { ...environment, baseUrl } })
    expect(at('http://fake.test/a/b')).toBe(at('http://fake.test/c/d'))
  })
})

describe('a connection is shared', () => {
  const find = (url: LeaseUrl, options: LeaseOptions = {}) =>
    createLease().find(url, { ...setUp(), ...options })

  it('by those who give the same URL and protocols, in whatever form', () => {
    expect(find(new URL(A))).toBe(find(A))
    expect(find(A, { protocols: [] })).toBe(find(A))
    expect(find(A, { protocols: ['chat'] })).toBe(find(A, { protocols: 'chat' }))
  })

  it.each<[string, LeaseUrl, LeaseOptions]>([
    ['URL', B, {}],
    ['protocols', A, { protocols: 'chat' }],
    ['key', A, { key: 'room' }],
  ])('by nobody with another %s', (_, url, options) => {
    expect(find(url, options)).not.toBe(find(A))
  })

  it.each<[string, () => LeaseUrl, () => LeaseOptions]>([
    ['URL function', () => () => A, () => ({})],
    ['protocols function', () => A, () => ({ protocols: () => 'chat' })],
  ])('by one view alone where it has a %s, unless there is a key', (_, url, options) => {
    const lease = createLease()
    const mine = lease.find(url(), options())
    expect(lease.find(url(), options())).toBe(mine)
    expect(find(url(), options())).not.toBe(mine)
    const named = () => find(url(), { ...options(), key: 'room' })
    expect(named()).toBe(named())
  })

  it('never by a key that looks like what a view without one has', () => {
    const { environment } = setUp()
    const entry = createLease().find(() => A, { environment })
    const keys = Array.from({ length: 1_000 }, (_, index) => `view ${index}`)
    const found = keys.map((key) => createLease().find(() => B, { environment, key }))
    expect(found).not.toContain(entry)
  })

  it('by all renders of a view, however its URL function is written', () => {
    const lease = createLease()
    expect(lease.find(() => B, setUp())).toBe(lease.find(() => A, setUp()))
  })
})

describe('onRelease', () => {
  it('is told what was not sent when the last view lets go, after a moment', async () => {
    const { server, reports, options } = setUpReleased()
    const lease = createLease()
    server.hang()
    show(lease, A, options)?.connection.send('late')
    lease.release()
    await vi.advanceTimersByTimeAsync(90)
    expect(reports).toEqual([])
    await vi.advanceTimersByTimeAsync(20_000)
    expect(reports).toMatchObject([{ moved: 0, undelivered: ['late'] }])
  })

  it('is not told when a view lets go that was not the last', async () => {
    const { reports, options } = setUpReleased()
    const [leaving, staying] = [createLease(), createLease()]
    show(staying, A, options)
    show(leaving, A, options)
    leaving.release()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(reports).toEqual([])
  })

  it('is asked of the newest render, and need not be there', async () => {
    const { reports, options, environment } = setUpReleased()
    const lease = createLease()
    const errors = errorsOf(show(lease, A, options))
    show(lease, A, { environment })
    lease.release()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(reports).toEqual([])
    expect(errors).toEqual([])
  })

  it('may throw: its error goes to the connection', async () => {
    const mine = new Error('mine')
    const { options } = setUpReleased({
      onRelease: () => {
        throw mine
      },
    })
    const lease = createLease()
    const errors: HoldfastError[] = []
    show(lease, A, options)?.connection.errors$.subscribe((error) => errors.push(error))
    lease.release()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(errors).toMatchObject([{ code: 'HANDLER', cause: mine }])
  })

  it.each<[string, LeaseUrl, LeaseUrl, LeaseOptions]>([
    ['without a handover', A, B, {}],
    ["with handover 'drop'", A, B, { handover: 'drop' }],
    ['to another host', A, 'ws://other.test/a', { handover: 'move' }],
    ['to another port', A, 'ws://fake.test:8080/a', { handover: 'move' }],
    ['from wss: to ws: of one host', 'wss://fake.test/a', A, { handover: 'move' }],
    ['from ws: to wss: of one host', A, 'wss://fake.test/a', { handover: 'move' }],
    [
      'from wss: to ws: of one host and port',
      'wss://fake.test:8080/a',
      'ws://fake.test:8080/a',
      { handover: 'move' },
    ],
    ['to no URL', A, null, { handover: 'move' }],
    ['from a URL that is not known yet', () => new Promise<string>(() => undefined), A, { handover: 'move' }],
    ['to a URL that is not known yet', A, () => B, { handover: 'move' }],
  ])('is told what was queued, which does not go over %s', async (_, from, to, how) => {
    const { server, reports, options } = setUpReleased(how)
    const lease = createLease()
    server.hang()
    show(lease, from, options)?.connection.send('queued')
    const after = show(lease, to, options)
    expect(after?.connection.outbox.queued ?? 0).toBe(0)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(reports).toMatchObject([{ moved: 0, undelivered: ['queued'] }])
  })
})

describe("handover: 'move'", () => {
  it.each(['a view', 'a listener of the connection'])(
    'moves what is queued when %s goes over',
    async (who) => {
      const { server, reports, options } = setUpReleased({ handover: 'move' })
      const lease = createLease()
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
      expect(reports).toMatchObject([{ moved: 2, undelivered: [] }])
    },
  )

  it.each<[what: string, from: string, to: string]>([
    ['another path', A, B],
    ['another query', 'wss://fake.test/a?room=1', 'wss://fake.test/a?room=2'],
    ['the default port written out', 'wss://fake.test/a', 'wss://fake.test:443/b'],
    ['the host in capitals', 'wss://fake.test:8080/a', 'wss://FAKE.test:8080/b'],
  ])('takes for the same origin %s', async (_, from, to) => {
    const { server, reports, options } = setUpReleased({ handover: 'move' })
    const lease = createLease()
    server.hang()
    show(lease, from, options)?.connection.send('queued')
    show(lease, to, options)
    server.accept()
    await vi.advanceTimersByTimeAsync(10)
    expect(server.live.map(({ messages }) => messages)).toEqual([['queued']])
    expect(reports).toMatchObject([{ moved: 1, undelivered: [] }])
  })

  it('moves what fits, and tells of the rest', async () => {
    const { server, reports, options } = setUpReleased({ handover: 'move', queue: { maxMessages: 2 } })
    const lease = createLease()
    server.hang()
    const before = show(lease, A, options)
    for (const message of ['1', '2']) before?.connection.send(message)
    const after = show(createLease(), B, options)
    after?.connection.send('0')
    const errors = errorsOf(after)
    show(lease, B, options)
    server.accept()
    await vi.advanceTimersByTimeAsync(10)
    expect(server.messages).toEqual(['0', '1'])
    expect(errors).toEqual(['OVERFLOW'])
    expect(reports).toMatchObject([{ moved: 1, undelivered: ['2'] }])
  })

  it('moves nothing into a connection that is closed, and says so', async () => {
    const { server, reports, options } = setUpReleased({ handover: 'move' })
    const lease = createLease()
    server.hang()
    show(lease, A, options)?.connection.send('queued')
    const after = show(createLease(), B, options)
    const errors = errorsOf(after)
    await after?.connection.close()
    show(lease, B, options)
    await vi.advanceTimersByTimeAsync(10)
    expect(errors).toEqual(['CLOSED'])
    expect(reports).toMatchObject([{ moved: 0, undelivered: ['queued'] }])
  })

  it('moves a message with its key and the rest of its time', async () => {
    const { server, environment } = setUp()
    const lease = createLease()
    const options: LeaseOptions = { environment, handover: 'move', queue: { ttl: 60_000 } }
    server.hang()
    const before = show(lease, A, options)?.connection
    before?.send('first of its key', { key: 'k' })
    before?.send('of no use after a second', { ttl: 1_000 })
    before?.send('of use for ever', { ttl: Infinity })
    await vi.advanceTimersByTimeAsync(600)
    const after = show(lease, B, options)?.connection
    after?.send('last of its key', { key: 'k', ttl: Infinity })
    expect(after?.outbox).toMatchObject({ queued: 3 })
    await vi.advanceTimersByTimeAsync(400)
    expect(after?.outbox).toMatchObject({ queued: 2 })
    await vi.advanceTimersByTimeAsync(100_000)
    server.accept()
    after?.reconnect()
    await vi.advanceTimersByTimeAsync(10)
    expect(server.messages).toEqual(['last of its key', 'of use for ever'])
  })

  it('leaves out a message whose key has a newer one there', async () => {
    const { server, reports, options } = setUpReleased({ handover: 'move' })
    server.hang()
    const lease = createLease()
    const before = show(lease, A, options)
    const dropped = dropsOf(before)
    before?.connection.send('old', { key: 'k' })
    // A view sends over what it has rendered, and may do so before the effect that takes hold of it.
    lease.find(B, options)?.connection.send('new', { key: 'k' })
    const after = show(lease, B, options)
    server.accept()
    after?.connection.reconnect()
    await vi.advanceTimersByTimeAsync(10)
    expect(server.messages).toEqual(['new'])
    expect(dropped).toEqual([['old', 'replaced']])
    expect(reports).toMatchObject([{ moved: 0, undelivered: [] }])
  })

  it('leaves out a message that is of no use any more, though its timer is late', async () => {
    let late = 0
    const { server, environment, reports, options } = setUpReleased({ handover: 'move' })
    environment.now = () => Date.now() + late
    show(createLease(), B, options)
    await vi.advanceTimersByTimeAsync(5)
    server.hang()
    const lease = createLease()
    const before = show(lease, A, options)
    const dropped = dropsOf(before)
    before?.connection.send('stale', { ttl: 1_000 })
    late = 1_000
    show(lease, B, options)
    await vi.advanceTimersByTimeAsync(10)
    expect(server.messages).toEqual([])
    expect(dropped).toEqual([['stale', 'closed']])
    expect(reports).toMatchObject([{ moved: 0, undelivered: ['stale'] }])
  })

  it('leaves out a message whose time is over while those before it are encoded', async () => {
    let late = 0
    let duration = 0
    const codec = {
      encode(message: unknown) {
        late += duration
        return String(message)
      },
      decode: String,
    }
    const { server, environment, options } = setUpReleased({
      handover: 'move',
      codec,
      queue: { highWaterMark: 1 },
    })
    environment.now = () => Date.now() + late
    const lease = createLease()
    const before = show(lease, A, options)
    await vi.advanceTimersByTimeAsync(5)
    server.stall()
    const dropped = dropsOf(before)
    before?.connection.send('on the wire')
    before?.connection.send('one')
    before?.connection.send('two', { ttl: 5 })
    duration = 10
    show(lease, B, options)
    duration = 0
    server.drain()
    await vi.advanceTimersByTimeAsync(3_000)
    expect(server.messages).toEqual(['on the wire', 'one'])
    expect(dropped).toEqual([
      ['one', 'moved'],
      ['two', 'expired'],
    ])
  })

  it('tells what stays in the order in which it was sent', async () => {
    const queue = { maxMessages: 3, highWaterMark: 2 }
    const { server, reports, options } = setUpReleased({ handover: 'move', queue })
    const lease = createLease()
    const before = show(lease, A, options)
    await vi.advanceTimersByTimeAsync(5)
    const { connection } = server
    connection.stall()
    for (const message of ['11', '22', '33']) before?.connection.send(message)
    server.hang()
    const after = show(createLease(), B, options)
    const errors = errorsOf(after)
    for (const message of ['a', 'b', 'c']) after?.connection.send(message)
    show(lease, B, options)
    connection.drop()
    await vi.advanceTimersByTimeAsync(10)
    expect(reports).toMatchObject([{ moved: 0, undelivered: ['11', '22', '33'] }])
    expect(errors).toEqual(['OVERFLOW', 'OVERFLOW'])
  })

  it('tells what it moves as moved, and keeps the books of both', async () => {
    const { server, options } = setUpReleased({ handover: 'move' })
    const lease = createLease()
    server.hang()
    const before = show(lease, A, options)
    const dropped = dropsOf(before)
    before?.connection.send('1')
    const after = show(lease, B, options)
    expect(before?.connection.outbox).toMatchObject({ accepted: 1, queued: 0, dropped: 1, written: 0 })
    expect(after?.connection.outbox).toMatchObject({ accepted: 1, queued: 1, dropped: 0 })
    await vi.advanceTimersByTimeAsync(10)
    expect(dropped).toEqual([['1', 'moved']])
  })

  describe('of a message that somebody waits for', () => {
    /** Queued over the one, and then moved. */
    function setUpMoved(
      act: (connection: Entry['connection']) => Promise<unknown>,
      options: LeaseOptions = {},
    ) {
      const world = setUpReleased({ handover: 'move', ...options })
      const { server } = world
      const lease = createLease()
      server.hang()
      const before = show(lease, A, world.options)
      const outcome = before && act(before.connection)
      const goOver = async () => {
        const after = show(lease, B, world.options)
        server.accept()
        await vi.advanceTimersByTimeAsync(10)
        return after?.connection
      }
      return { ...world, outcome, goOver }
    }

    it('resolves its deliver() once it has left over the other connection', async () => {
      const { server, outcome, goOver } = setUpMoved((connection) => connection.deliver('1'))
      await goOver()
      expect(server.messages).toEqual(['1'])
      await expect(outcome).resolves.toEqual({ status: 'written' })
    })

    it('resolves its deliver() once the other server has acknowledged it', async () => {
      const delivery = {
        id: (message: unknown) => String(message),
        acknowledged: (message: unknown) => String(message),
      }
      const { server, outcome, goOver } = setUpMoved((connection) => connection.deliver('1'), { delivery })
      await goOver()
      server.connection.send('1')
      await vi.advanceTimersByTimeAsync(10)
      await expect(outcome).resolves.toEqual({ status: 'acknowledged' })
    })

    it('rejects its deliver() in time, and drops it there, as if it had not moved', async () => {
      const { server, outcome, options } = setUpMoved((connection) =>
        connection.deliver('1', { timeout: 1_000 }),
      )
      const rejected = expect(outcome).rejects.toMatchObject({ code: 'DROPPED', reason: 'timeout' })
      const after = show(leases[0] as Lease, B, options)
      const dropped = dropsOf(after)
      await vi.advanceTimersByTimeAsync(1_000)
      await rejected
      expect(dropped).toEqual([['1', 'timeout']])
      expect(server.messages).toEqual([])
    })

    it('drops it there when its signal aborts', async () => {
      const abort = new AbortController()
      const { outcome, options } = setUpMoved((connection) =>
        connection.deliver('1', { signal: abort.signal }),
      )
      const rejected = expect(outcome).rejects.toMatchObject({ code: 'DROPPED', reason: 'aborted' })
      const after = show(leases[0] as Lease, B, options)
      abort.abort()
      await rejected
      expect(after?.connection.outbox).toMatchObject({ queued: 0, dropped: 1 })
    })

    it('resolves its request() with the answer of the other server', async () => {
      const { server, outcome, goOver } = setUpMoved((connection) =>
        connection.request('1', { match: (message) => message === 'answer' }),
      )
      const connection = await goOver()
      expect(server.messages).toEqual(['1'])
      const messages: unknown[] = []
      connection?.messages$.subscribe((message) => messages.push(message))
      server.connection.send('answer')
      await vi.advanceTimersByTimeAsync(10)
      await expect(outcome).resolves.toBe('answer')
      expect(messages).toEqual(['answer'])
    })

    it.each<[what: string, reason: string, timeout: number, ttl: number]>([
      ['time', 'timeout', 1_000, Infinity],
      ['ttl', 'expired', 60_000, 1_000],
    ])('gives its request() the rest of its %s', async (_, reason, timeout, ttl) => {
      const { outcome, options } = setUpMoved(
        (connection) => connection.request('1', { match: () => true, timeout }),
        { queue: { ttl } },
      )
      const rejected = expect(outcome).rejects.toMatchObject({ code: 'DROPPED', reason })
      await vi.advanceTimersByTimeAsync(600)
      const after = show(leases[0] as Lease, B, options)
      await vi.advanceTimersByTimeAsync(390)
      expect(after?.connection.outbox).toMatchObject({ queued: 1 })
      await vi.advanceTimersByTimeAsync(20)
      await rejected
      expect(after?.connection.outbox).toMatchObject({ queued: 0, dropped: 1 })
    })

    it('drops its request() there when its signal aborts, once', async () => {
      const abort = new AbortController()
      const { outcome, options } = setUpMoved((connection) =>
        connection.request('1', { match: () => true, signal: abort.signal }),
      )
      const rejected = expect(outcome).rejects.toMatchObject({ code: 'DROPPED', reason: 'aborted' })
      const after = show(leases[0] as Lease, B, options)
      const told: string[] = []
      after?.connection.events$.subscribe(({ type }) => told.push(type))
      abort.abort()
      await rejected
      expect(after?.connection.outbox).toMatchObject({ queued: 0, dropped: 1 })
      expect(told).toEqual(['dropped', 'request'])
    })

    it.each<[string, string, (connection: Entry['connection']) => Promise<unknown>]>([
      ['deliver()', 'DROPPED', (connection) => connection.deliver('too long')],
      ['request()', 'CLOSED', (connection) => connection.request('too long', { match: () => true })],
    ])('ends a %s that the other connection refuses with the first one: %s', async (_, code, act) => {
      const { outcome, options, reports } = setUpMoved(act)
      const rejected = expect(outcome).rejects.toMatchObject({ code, reason: 'closed' })
      const errors = errorsOf(show(createLease(), B, { ...options, queue: { maxBytes: 4 } }))
      show(leases[0] as Lease, B, options)
      await vi.advanceTimersByTimeAsync(10)
      await rejected
      expect(errors).toContain('OVERFLOW')
      expect(reports).toMatchObject([{ moved: 0, undelivered: ['too long'] }])
    })
  })

  it('dials no lazy connection that nothing moves to', async () => {
    const { server, options } = setUpReleased({ handover: 'move', lazy: true })
    const lease = createLease()
    show(lease, A, options)
    const after = show(lease, B, options)
    await vi.advanceTimersByTimeAsync(1_000)
    expect([after?.connection.state.status, server.connections.length]).toEqual(['idle', 0])
  })

  it('is that of the last view to leave, also where a render of another one was thrown away', async () => {
    const { server, environment } = setUp()
    server.hang()
    const told: unknown[] = []
    const options = (name: string, more: LeaseOptions = {}): LeaseOptions => {
      return {
        environment,
        onRelease: ({ moved, undelivered }) => told.push([name, moved, undelivered]),
        ...more,
      }
    }
    const [first, last, ghost] = [createLease(), createLease(), createLease()]
    show(first, A, options('first'))?.connection.send('1')
    show(last, A, options('last', { handover: 'move' }))
    ghost.find(A, options('ghost'))
    show(first, null, options('first'))
    show(last, B, options('last', { handover: 'move' }))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(told).toEqual([['last', 1, []]])
  })

  it('takes nothing of what a storage has still to hand out: that goes out before the end', async () => {
    let give = (_messages: StoredMessage[]): void => undefined
    const storage = storageOf({
      open: () => new Promise((resolve) => (give = resolve)),
      write: async () => undefined,
      close: async () => undefined,
    })
    const { server, reports, options } = setUpReleased({ handover: 'move' })
    const lease = createLease()
    const before = show(lease, A, { ...options, queue: { storage } })
    await vi.advanceTimersByTimeAsync(5)
    before?.connection.send('mine')
    show(lease, B, options)
    give([{ order: 1, data: 'of another life' }])
    await vi.advanceTimersByTimeAsync(5_000)
    expect([...server.messages].sort()).toEqual(['mine', 'of another life'])
    expect(reports).toMatchObject([{ moved: 1, undelivered: [] }])
  })

  it('moves nothing from or to a URL that cannot be resolved, and goes over all the same', async () => {
    const { server, environment } = setUp()
    const lease = createLease()
    const options: LeaseOptions = { environment, handover: 'move' }
    const before = show(lease, '/a', options)
    before?.connection.send('of nowhere')
    const after = show(lease, B, options)
    await vi.advanceTimersByTimeAsync(10)
    expect([after?.holders, server.live.length, server.messages]).toEqual([1, 1, []])
    show(lease, '/b', options)
    await vi.advanceTimersByTimeAsync(10)
    expect(server.live).toEqual([])
  })
})

describe('what a storage has', () => {
  it.each<[string, LeaseUrl, boolean, boolean]>([
    ['the last view lets go', A, true, true],
    ['there is no URL any more', null, true, false],
    ['it is not enabled any more', A, false, false],
  ])('waits for the next connection, and is told, where %s', async (_, url, enabled, isReleased) => {
    const storage = memoryOutbox()
    const { server, reports, options } = setUpReleased({ queue: { storage } })
    const lease = createLease()
    server.hang()
    const before = show(lease, A, options)
    await vi.advanceTimersByTimeAsync(5)
    before?.connection.send('queued')
    if (isReleased) lease.release()
    else show(lease, url, { ...options, enabled })
    await vi.advanceTimersByTimeAsync(KEPT)
    expect(before?.connection.state.status).toBe('closed')
    expect(reports).toMatchObject([{ moved: 0, stored: ['queued'], undelivered: [], unconfirmed: [] }])
    server.accept()
    const after = show(createLease(), A, options)
    const errors = errorsOf(after)
    await vi.advanceTimersByTimeAsync(20)
    expect(server.messages).toEqual(['queued'])
    expect(errors).toEqual([])
  })

  it.each(['drop', 'move'] as const)('is dropped or moved with another URL: %s', async (handover) => {
    const { server, reports, options } = setUpReleased({ queue: { storage: memoryOutbox() }, handover })
    const lease = createLease()
    server.hang()
    const before = show(lease, A, options)
    await vi.advanceTimersByTimeAsync(5)
    before?.connection.send('queued')
    await vi.advanceTimersByTimeAsync(20)
    const after = show(lease, B, options)
    const errors = errorsOf(after)
    after?.connection.send('new')
    await vi.advanceTimersByTimeAsync(20)
    // That one has the storage now.
    show(lease, null, options)
    await vi.advanceTimersByTimeAsync(20)
    const [gone, left] = handover === 'move' ? [[], ['queued', 'new']] : [['queued'], ['new']]
    expect(reports).toMatchObject([{ undelivered: gone }, { undelivered: [], stored: left }])
    expect(reports[0]).not.toHaveProperty('stored')
    expect(errors).toEqual([])
  })

  it.each(['drop', 'move'] as const)(
    'goes over with two views to another URL, or one of them to none: %s',
    async (handover) => {
      const { options, reports } = setUpReleased({ queue: { storage: memoryOutbox() }, handover })
      for (const next of [B, null]) {
        const [one, two] = [createLease(), createLease()]
        show(one, A, options)
        show(two, A, options)
        await vi.advanceTimersByTimeAsync(50)
        // As React does: both are rendered before the effects of either.
        const [first, second] = [one.find(B, options), two.find(next, options)]
        const errors = errorsOf(first)
        one.hold(first, B, options)
        two.hold(second, next, options)
        first?.connection.send('new')
        await vi.advanceTimersByTimeAsync(500)
        expect(errors).toEqual([])
        for (const lease of [one, two]) lease.release()
        await vi.advanceTimersByTimeAsync(500)
      }
      expect(reports.flatMap(({ undelivered }) => undelivered)).toEqual([])
    },
  )

  it('goes over to another view with another URL, before the first is closed', async () => {
    const { server, options, reports } = setUpReleased({ queue: { storage: memoryOutbox() } })
    const [one, two] = [createLease(), createLease()]
    server.hang()
    const before = show(one, A, options)
    await vi.advanceTimersByTimeAsync(50)
    before?.connection.send('queued')
    one.release()
    const errors = errorsOf(show(two, B, options))
    await vi.advanceTimersByTimeAsync(500)
    server.accept()
    await vi.advanceTimersByTimeAsync(50)
    expect(errors).toEqual([])
    expect(reports).toMatchObject([{ stored: ['queued'] }])
    expect(server.connection.messages).toEqual(['queued'])
  })

  it('goes over to another URL while the one before still drains: that one lets go of it first', async () => {
    const delivery = { id: String, acknowledged: () => undefined }
    const { server, options } = setUpReleased({ queue: { storage: memoryOutbox() }, delivery })
    const lease = createLease()
    const before = show(lease, A, options)
    await vi.advanceTimersByTimeAsync(5)
    before?.connection.send('never acknowledged')
    const after = show(lease, B, options)
    const errors = errorsOf(after)
    after?.connection.send('new')
    await vi.advanceTimersByTimeAsync(2_900)
    expect(server.messages).toEqual(['never acknowledged'])
    await vi.advanceTimersByTimeAsync(200)
    expect(server.messages).toEqual(['never acknowledged', 'new'])
    expect(errors).toEqual([])
  })
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

  it('moves no queue to somebody else, whose identity is of a class', async () => {
    class Session {
      readonly #user: string
      readonly via = queryParameter()
      readonly allowInsecure = true
      constructor(user: string) {
        this.#user = user
      }
      get identity() {
        return this.#user
      }
      token() {
        return this.#user
      }
    }
    const { server, environment } = setUp()
    const lease = createLease()
    const optionsOf = (user: string): LeaseOptions => {
      return { environment, handover: 'move', auth: new Session(user) }
    }
    server.hang()
    show(lease, A, optionsOf('ada'))?.connection.send('from ada')
    show(lease, A, optionsOf('ben'))
    server.accept()
    await vi.advanceTimersByTimeAsync(20)
    expect(server.live.map(({ url }) => url)).toEqual([`${A}?access_token=ben`])
    expect(server.messages).toEqual([])
  })

  it('shares a connection with the same user in another view', () => {
    const { environment } = setUp()
    const entries = [createLease(), createLease()].map((lease) => lease.find(A, signedIn(environment, 'ada')))
    expect(entries[0]).toBe(entries[1])
  })
})
