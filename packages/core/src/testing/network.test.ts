import { afterEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../index.ts'
import { type FakeServer, fakeServer } from './index.ts'

const URL_A = 'ws://fake.test/a'
const servers: FakeServer[] = []

function installed(url: string): FakeServer {
  const server = fakeServer(url).install()
  servers.push(server)
  return server
}

afterEach(() => {
  for (const server of servers.splice(0)) server.restore()
  vi.unstubAllGlobals()
})

/** What a socket is told, once it is over. */
async function endOf(url: string, Class: typeof WebSocket): Promise<CloseEvent> {
  const socket = new Class(url)
  return new Promise((resolve) => {
    socket.onclose = resolve
  })
}

describe('the address of a fake server', () => {
  it.each<[string | URL | RegExp, string, boolean]>([
    ['ws://fake.test/a', 'ws://fake.test/a', true],
    ['ws://fake.test/a', 'ws://fake.test/a?token=1', true],
    ['ws://fake.test/a?v=1', 'ws://fake.test/a?v=1', true],
    ['ws://fake.test/a?v=1', 'ws://fake.test/a?v=2', false],
    ['ws://fake.test/a', 'ws://fake.test/b', false],
    ['ws://fake.test/a', 'wss://fake.test/a', false],
    ['https://fake.test', 'wss://fake.test/', true],
    [new URL('ws://fake.test/a'), 'http://fake.test/a', true],
    [/\/rooms\/\d+$/g, 'ws://fake.test/rooms/7', true],
    [/\/rooms\/\d+$/g, 'ws://fake.test/rooms/x', false],
  ])('%s is reached by %s: %s', async (url, dialled, isReached) => {
    const server = fakeServer(url)
    for (let i = 0; i < 2; i++) new server.WebSocket(dialled)
    expect(server.connections).toHaveLength(isReached ? 2 : 0)
  })

  it('is told to whoever dials past it, without the query, where a token may be', async () => {
    const server = fakeServer(URL_A)
    const { code, reason, wasClean } = await endOf('ws://fake.test/b?token=secret', server.WebSocket)
    expect({ code, wasClean }).toEqual({ code: 1006, wasClean: false })
    expect(reason).toBe('No fake server listens at ws://fake.test/b; there is ws://fake.test/a.')
    const connection = connect('ws://fake.test/b', { environment: server.environment })
    await vi.waitFor(() => expect(connection.state.status).toBe('waiting'))
    expect(connection.state).toMatchObject({ cause: { reason: expect.stringContaining('No fake server') } })
    await connection.close()
  })

  it.each(['ws://fake.test/a?token=secret', URL_A])(
    'is told with what differs where that is the query, and not what that is: %s',
    async (url) => {
      installed('ws://fake.test/b')
      installed(`${URL_A}?token=known`)
      const { reason } = await endOf(url, WebSocket)
      expect(reason).toBe(
        `No fake server listens at ${URL_A}; there is ws://fake.test/b, ${URL_A} (only the query differs).`,
      )
    },
  )
})

describe('a fake server that is installed', () => {
  it('takes what goes by the global class, each its own address', async () => {
    const [one, two] = [installed(URL_A), installed('ws://fake.test/b')]
    const connection = connect('ws://fake.test/b')
    await two.connected
    expect([one.connections.length, connection.state.status]).toEqual([0, 'open'])
    expect((await endOf('ws://fake.test/c', WebSocket)).reason).toContain(
      'ws://fake.test/a, ws://fake.test/b',
    )
    await connection.close()
  })

  it('leaves the former class behind, or none where there was none', () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')
    const server = fakeServer(URL_A, { global: true })
    const other = installed('ws://fake.test/b')
    expect(globalThis.WebSocket).not.toBe(before?.value)
    server.restore()
    server.restore()
    expect(globalThis.WebSocket).not.toBe(before?.value)
    other.restore()
    expect(Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')).toEqual(before)
    class Native {}
    vi.stubGlobal('WebSocket', Native)
    const again = installed(URL_A)
    expect(globalThis.WebSocket).not.toBe(Native)
    again.restore()
    expect(globalThis.WebSocket).toBe(Native)
  })

  it('is restored at the end of a block', async () => {
    const before = globalThis.WebSocket
    {
      using server = fakeServer(URL_A).install()
      const connection = connect(URL_A)
      await server.connected
      await connection.close()
    }
    expect(globalThis.WebSocket).toBe(before)
  })

  it('does not take away what somebody has put in its place', () => {
    const server = installed(URL_A)
    class Other {}
    vi.stubGlobal('WebSocket', Other)
    server.restore()
    expect(globalThis.WebSocket).toBe(Other)
    vi.unstubAllGlobals()
    Reflect.deleteProperty(globalThis, 'WebSocket')
  })
})
