import { describe, expect, it } from 'vitest'
import { fakeEnvironment, fakeServer, seededRandom, virtualClock } from './index.ts'

const CONFIGURATION = expect.objectContaining({ name: 'HoldfastError', code: 'CONFIGURATION' })
const URL_A = 'ws://fake.test/a'

/** What the types forbid as well. */
function untyped(value: unknown): never {
  return value as never
}

const opened = async () => {
  const server = fakeServer(URL_A)
  new server.WebSocket(URL_A)
  await server.connected
  return server
}

describe('a mistake in a test', () => {
  it.each<[string, () => unknown]>([
    ['no URL', () => fakeServer(untyped(undefined))],
    ['a URL that is none', () => fakeServer('ws://')],
    ['a relative one without a page', () => fakeServer('/chat')],
    ['a fragment', () => fakeServer('ws://fake.test/#a')],
    ['a scheme', () => fakeServer('ftp://fake.test')],
    ['options', () => fakeServer(URL_A, untyped(7))],
    ['latency', () => fakeServer(URL_A, { latency: -1 })],
    ['a clock', () => fakeServer(URL_A, { clock: untyped({}) })],
    ['autoAccept', () => fakeServer(URL_A, { autoAccept: untyped('yes') })],
    ['protocols', () => fakeServer(URL_A, { protocols: untyped('v1') })],
    ['a subprotocol', () => fakeServer(URL_A, { protocols: ['a b'] })],
    ['a codec', () => fakeServer(URL_A, { codec: untyped({ encode() {} }) })],
    ['times', () => fakeServer(URL_A).refuse({ times: 0 })],
    ['a subprotocol that is no text', () => fakeServer(URL_A).accept({ protocol: untyped(1) })],
    ['a callback', () => fakeServer(URL_A).on('message', untyped('hello'))],
    ['an event', () => fakeServer(URL_A).on(untyped('open'), () => undefined)],
    ['an answer', () => fakeServer(URL_A).reply(untyped('pong'))],
    ['the connection of nobody', () => fakeServer(URL_A).connection],
    ['a server', () => fakeEnvironment({ server: untyped({}) })],
    ['a clock that is none', () => fakeEnvironment({ clock: untyped({}) })],
    [
      'a clock that is not the one of the server',
      () => fakeEnvironment({ server: fakeServer(URL_A, { clock: virtualClock() }), clock: virtualClock() }),
    ],
    ['a draw of 1', () => fakeEnvironment({ random: 1 })],
    ['a seed', () => seededRandom(0.5)],
    ['a start', () => virtualClock(Number.NaN)],
    ['time that goes back', () => virtualClock().sleep(-1)],
  ])('is told at once: %s', (_, mistake) => {
    expect(mistake).toThrow(CONFIGURATION)
  })

  it.each([999, 1006, 1015, 5000, 1000.5, untyped('1000')])('is told at close(%s)', async (code) => {
    const server = await opened()
    expect(() => server.close(code)).toThrow(CONFIGURATION)
    expect(() => server.connection.close(code)).toThrow(CONFIGURATION)
  })

  it('is told at drop(), for reasons that are too long, and for events that there are not', async () => {
    const server = await opened()
    expect(() => server.drop(99)).toThrow(CONFIGURATION)
    expect(() => server.drop(1006, 'x'.repeat(124))).toThrow(CONFIGURATION)
    expect(() => server.close(1000, untyped(null))).toThrow(CONFIGURATION)
    expect(() => server.drop(1006, '', { events: untyped('none') })).toThrow(CONFIGURATION)
    expect(() => server.drain(untyped('all'))).toThrow(CONFIGURATION)
    expect(server.connection.readyState).toBe(1)
  })

  it('is told by advance(), which would never end', async () => {
    await expect(virtualClock().advance(Infinity)).rejects.toEqual(CONFIGURATION)
    await expect(virtualClock().advance(-1)).rejects.toEqual(CONFIGURATION)
  })
})
