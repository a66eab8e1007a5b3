import { describe, expect, it, vi } from 'vitest'
import { setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import { firstMessage } from './carriers.ts'
import { json } from './codec.ts'
import { HoldfastError } from './errors.ts'
import type { ConnectionEvent, Without } from './events.ts'
import { type LogLevel, logger } from './logger.ts'
import { EMPTY } from './outbox-snapshot.ts'
import type { CloseInfo, ConnectionState } from './state.ts'

function log() {
  const lines: string[] = []
  const write = (line: string, level: LogLevel) =>
    lines.push(`${level} ${line.replace(/ \S+Z /, ' ').replace(/^\S+Z /, '')}`)
  return { lines, listen: logger(write) }
}

describe('logger()', () => {
  it('tells an outage in lines for people', async () => {
    const { lines, listen } = log()
    const { connection, server, clock } = setUp({ codec: json() })
    connection.events$.subscribe(listen)
    await clock.advance(1)
    await clock.advance(500)
    server.close(1011, 'oops\nforged line')
    connection.send('queued')
    await clock.advance(1_001)
    void connection.close(1000)
    await clock.advance(1)
    expect(lines).toEqual([
      'info connecting, attempt 1, handshake; idle for 0 ms, by open',
      'info open; connecting for 1 ms, by opened',
      'warn lost: 1011 "oops\\nforged line", clean; retry in 1000 ms',
      'info waiting 1000 ms for attempt 2; open for 500 ms, by lost',
      'info connecting, attempt 2, handshake; waiting for 1000 ms, by retry-timer, 1 queued (8 bytes)',
      'info open; connecting for 1 ms, by opened, 1 queued (8 bytes)',
      'info closing; open for 0 ms, by close',
      'info closed by user, 1000; closing for 1 ms, by lost',
    ])
  })

  it('begins with the time, and prints nothing by itself', async () => {
    const lines: string[] = []
    const printed = vi.spyOn(console, 'info')
    const { connection, clock } = setUp()
    connection.events$.subscribe(logger((line) => lines.push(line)))
    await clock.advance(1)
    expect(lines[0]).toMatch(/^2023-11-14T22:13:20\.000Z connecting/)
    expect(printed).not.toHaveBeenCalled()
    printed.mockRestore()
  })

  it('leaves out the content of messages, and every token', async () => {
    const { lines, listen } = log()
    const SECRET = 'hunter2'
    const { connection, server, clock, events } = setUp({
      codec: json(),
      queue: { maxMessages: 2, overflow: 'drop-oldest', ttl: 400 },
      url: 'wss://fake.test',
      auth: {
        token: () => SECRET,
        via: firstMessage({ create: (token) => ({ token }), accepted: (message) => message === 'welcome' }),
      },
    })
    connection.events$.subscribe(listen)
    for (let n = 0; n < 4; n++) connection.send(`${SECRET} ${n}`)
    await clock.advance(1)
    server.send('"welcome"')
    server.send(`{"${SECRET}`)
    const abort = new AbortController()
    const request = connection.request(SECRET, { id: SECRET, idOf: () => undefined, signal: abort.signal })
    request.catch(() => undefined)
    abort.abort(new Error(SECRET))
    connection.channel({ subscribe: () => SECRET, filter: () => false }).subscribe()
    server.close(1008)
    await clock.advance(20_000)
    expect(lines.join('\n')).not.toContain(SECRET)
    expect(lines.length).toBeGreaterThan(8)
    const others = events.filter(({ type }) => type !== 'dropped' && type !== 'unconfirmed')
    const shown = JSON.stringify(others, (_, value) =>
      value instanceof Error
        ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
        : value,
    )
    expect(shown).not.toContain(SECRET)
  })

  it.each([
    ['unobserved', /debug 1 messages came that nobody/],
    ['late', /debug the retry timer came 9000 ms late/],
    ['error', /error DECODE: /],
    ['dropped', /warn dropped a message of 1 bytes: cleared/],
    ['request', /warn request failed after 10 ms, sent once: DROPPED, No answer/],
    ['channel', /debug channel: subscribe/],
    ['closed', /error closed by verdict, 4403; open for/],
    ['recovered', /info 1 messages \(1 bytes\) are queued again/],
    ['unconfirmed', /warn 1 messages \(1 bytes\) may have arrived or not$/m],
  ])('has a line for %s', async (type, line) => {
    const { lines, listen } = log()
    const { connection, server, clock } = await setUpOpen({
      codec: {
        encode: String,
        decode(data) {
          if (type === 'error') throw new Error('bad')
          return data
        },
      },
    })
    connection.events$.subscribe(listen)
    if (type === 'request')
      connection.request('x', { match: () => false, timeout: 10 }).catch(() => undefined)
    if (type === 'channel') connection.channel({ subscribe: () => 'x', filter: () => false }).subscribe()
    server.send('x')
    await clock.advance(20)
    if (type === 'recovered') server.stall()
    if (type === 'recovered' || type === 'unconfirmed') connection.send('x')
    server.drop(type === 'closed' ? 4403 : 1011)
    connection.send('x')
    if (type === 'dropped') connection.clear()
    clock.sleep(10_000 - 20 + 20)
    await clock.advance(0)
    expect(lines.join('\n')).toMatch(line)
  })
})

const REFUSED: CloseInfo = { code: 4401, reason: '', wasClean: false, phase: 'open' }
const ERROR = new HoldfastError('AUTH_REFUSED', 'No.')

describe('a line', () => {
  it.each<[string, Without<ConnectionEvent, 'at'>]>([
    [
      'warn lost: 4401, heartbeat, AUTH_REFUSED; stop',
      { type: 'lost', verdict: 'stop', close: { ...REFUSED, local: 'heartbeat', error: ERROR } },
    ],
    [
      'warn lost: 4401; retry after 500 ms in 501 ms',
      { type: 'lost', verdict: { retryAfter: 500 }, delay: 500.6, close: REFUSED },
    ],
    [
      'info 2 messages (7 bytes) of a former life are queued',
      { type: 'restored', messages: [], count: 2, bytes: 7 },
    ],
    [
      'warn 32 messages may have arrived or not; 30 not remembered',
      { type: 'unconfirmed', messages: [], count: 2, bytes: 7, older: 30 },
    ],
    ['info handover started "deploy"', { type: 'handover', step: 'started', reason: 'deploy' }],
    [
      'info dropped a message of 7 bytes: moved',
      { type: 'dropped', message: 'x', bytes: 7, reason: 'moved' },
    ],
    [
      'info dropped a message of 7 bytes: stored',
      { type: 'dropped', message: 'x', bytes: 7, reason: 'stored' },
    ],
    ['info handover done', { type: 'handover', step: 'done', reason: '' }],
    ['warn handover failed: 4401', { type: 'handover', step: 'failed', reason: '', close: REFUSED }],
    [
      'debug request answered after 5 ms, sent 2 times',
      { type: 'request', outcome: 'answered', duration: 5, attempts: 2 },
    ],
  ])('is: %s', (line, event) => {
    const { lines, listen } = log()
    listen({ ...event, at: 0 } as ConnectionEvent)
    expect(lines).toEqual([line])
  })

  it.each<[string, ConnectionState]>([
    ['info suspended, offline', { status: 'suspended', attempt: 1, by: 'offline', cause: REFUSED }],
    [
      'info waiting 3 ms for attempt 3',
      { status: 'waiting', attempt: 2, delay: 2.6, retryAt: 0, cause: REFUSED },
    ],
    [
      'info closed by user, 1000 "bye"',
      { status: 'closed', attempt: 0, by: 'user', code: 1000, reason: 'bye', wasClean: true },
    ],
    [
      'error closed by auth, 4401, AUTH_REFUSED',
      { status: 'closed', attempt: 1, by: 'auth', code: 4401, reason: '', wasClean: true, error: ERROR },
    ],
    ['info idle', { status: 'idle', attempt: 0 }],
  ])('of a state is: %s', (line, state) => {
    const { lines, listen } = log()
    const previous: ConnectionState = { status: 'idle', attempt: 0 }
    listen({ type: 'state', at: 0, state, previous, cause: 'lost', duration: 9, outbox: EMPTY })
    expect(lines).toEqual([`${line}; idle for 9 ms, by lost`])
  })
})
