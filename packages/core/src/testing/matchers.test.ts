import { type Assertion, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect, constant } from '../index.ts'
import { ReconnectingWebSocket } from '../websocket.ts'
import { fakeEnvironment, fakeServer } from './index.ts'
import { holdfastMatchers } from './vitest.ts'

const URL_A = 'ws://fake.test/a'

beforeAll(() => {
  expect.extend(holdfastMatchers)
})

async function setUp() {
  const server = fakeServer(URL_A)
  const { environment, clock } = fakeEnvironment({ server })
  const connection = connect(URL_A, { environment, reconnect: { backoff: constant(1_000) } })
  await server.connected
  return { server, environment, clock, connection }
}

/** What a failed assertion says. */
function saidBy(assertion: () => void): string {
  try {
    assertion()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing'
}

describe('toBeOpen()', () => {
  it('is for connections of all kinds', async () => {
    const { server, environment, connection } = await setUp()
    expect(connection).toBeOpen()
    expect(server.connection).toBeOpen()
    expect(server.connection.socket).toBeOpen()
    const socket = new ReconnectingWebSocket(URL_A, [], { environment })
    expect(socket).not.toBeOpen()
    await vi.waitFor(() => expect(socket).toBeOpen())
    await expect.poll(() => socket).toBeOpen()
    server.drop()
    expect(connection).not.toBeOpen()
    expect(server.connection).not.toBeOpen()
  })

  it('says where the connection is, and why', async () => {
    const { server, connection, clock } = await setUp()
    expect(saidBy(() => expect(connection).not.toBeOpen())).toBe(
      "Expected the connection not to be open. It is 'open'.",
    )
    server.hang()
    server.close(1011, 'oh')
    expect(saidBy(() => expect(connection).toBeOpen())).toBe(
      "Expected the connection to be open. It is 'waiting' for 1000 ms (attempt 1), after 1011 'oh'.",
    )
    await clock.advance(1_000)
    expect(saidBy(() => expect(connection).toBeOpen())).toContain(
      "It is 'connecting' (handshake, attempt 2).",
    )
    expect(saidBy(() => expect(server.connection).toBeOpen())).toContain('It is CONNECTING.')
    await connection.close()
    expect(saidBy(() => expect(connection).toBeOpen())).toContain(
      "It is 'closed' by 'user' (attempt 2), after 1006.",
    )
    const idle = connect(URL_A, { lazy: true })
    expect(saidBy(() => expect(idle).toBeOpen())).toContain("It is 'idle': nothing was dialled yet.")
    const nowhere = connect('ws://fake.test/b', { environment: server.environment })
    await vi.waitFor(() => expect(nowhere).toHaveStatus('waiting'))
    expect(saidBy(() => expect(nowhere).toBeOpen())).toContain('No fake server listens at ws://fake.test/b')
    await nowhere.close()
  })
})

describe('toHaveStatus()', () => {
  it('compares the status, and a part of the state', async () => {
    const { server, connection } = await setUp()
    expect(connection).toHaveStatus('open')
    expect(connection).not.toHaveStatus('closed')
    server.close(4403, 'no')
    expect(connection).toHaveStatus('closed', { by: 'verdict', code: 4403 })
    expect(connection).toHaveStatus('closed', { reason: expect.stringMatching(/^n/) })
    expect(connection).not.toHaveStatus('closed', { code: 1000 })
    expect([connection]).toEqual([expect.toHaveStatus('closed')])
  })

  it('takes a part of what is in the state', async () => {
    const { server, connection } = await setUp()
    server.drop()
    expect(connection).toHaveStatus('waiting', { attempt: 1, cause: { code: 1006 } })
    expect(connection).not.toHaveStatus('waiting', { cause: { code: 1001 } })
    const said = saidBy(() => expect(connection).toHaveStatus('waiting', { attempt: 7 }))
    expect(said).toMatch(/^Expected the connection to be 'waiting' with [^.]*"attempt": 7/)
    expect(said).toContain('"attempt": 1')
    await connection.close()
  })
})

describe('toHaveQueued()', () => {
  it('counts what waits', async () => {
    const { server, connection } = await setUp()
    server.drop()
    connection.send('a')
    connection.send('b')
    expect(connection).toHaveQueued(2)
    expect(saidBy(() => expect(connection).toHaveQueued(3))).toBe(
      'Expected the connection to have 3 queued. It has 2.',
    )
    await connection.close()
    expect(connection).toHaveQueued(0)
  })
})

describe('toHaveReceived()', () => {
  it('looks for a message, or for several in order', async () => {
    const { server, connection } = await setUp()
    for (const text of ['a', 'b', 'c', 'a']) connection.send(text)
    connection.send(new Uint8Array([1]))
    expect(server).toHaveReceived('b')
    expect(server.connection).toHaveReceived(expect.stringContaining('c'))
    expect(server).toHaveReceived(new Uint8Array([1]))
    expect(server).not.toHaveReceived(new Uint8Array([2]))
    expect(server).toHaveReceivedInOrder(['a', 'c', 'a'])
    expect(server).toHaveReceivedInOrder([])
    expect(server).not.toHaveReceivedInOrder(['c', 'b'])
    expect(server).not.toHaveReceivedInOrder(['a', 'a', 'a'])
  })

  it('says what came, or the newest of it', async () => {
    const { server, connection } = await setUp()
    const said = () => saidBy(() => expect(server).toHaveReceived('x'))
    expect(said()).toBe('Expected the server to have received "x". It has received nothing.')
    connection.send('a')
    expect(said()).toBe('Expected the server to have received "x". It has received:\n  1: "a"')
    for (let i = 2; i <= 12; i++) connection.send(`${i}`)
    expect(said()).toContain('12 messages, at last:\n  3: "3"')
    expect(saidBy(() => expect(server).toHaveReceivedInOrder(['a', '5', '4']))).toContain(
      'Missing from "4" on. It has received 12',
    )
  })
})

describe('toHaveBeenClosedWith()', () => {
  it('compares what the client has closed with', async () => {
    const { server, connection } = await setUp()
    expect(server.connection).not.toHaveBeenClosedWith()
    expect(saidBy(() => expect(server.connection).toHaveBeenClosedWith(1000))).toBe(
      'Expected the connection to have been closed by its client with 1000. It was not.',
    )
    void connection.close(4000, 'bye')
    expect(server.connection).toHaveBeenClosedWith()
    expect(server.connection).toHaveBeenClosedWith(4000)
    expect(server.connection).toHaveBeenClosedWith(4000, 'bye')
    expect(saidBy(() => expect(server.connection).toHaveBeenClosedWith(1000, 'x'))).toContain(
      "with 1000 'x'. It was with 4000 'bye'.",
    )
    const { server: other, connection: another } = await setUp()
    void another.close()
    expect(other.connection).toHaveBeenClosedWith(1005)
  })
})

describe('a matcher on what is none of its own', () => {
  it.each<[string, (is: Assertion) => void]>([
    ['toBeOpen', (is) => is.toBeOpen()],
    ['toHaveStatus', (is) => is.toHaveStatus('open')],
    ['toHaveQueued', (is) => is.toHaveQueued(0)],
    ['toHaveReceived', (is) => is.toHaveReceived('x')],
    ['toHaveReceivedInOrder', (is) => is.toHaveReceivedInOrder([])],
    ['toHaveBeenClosedWith', (is) => is.toHaveBeenClosedWith()],
  ])('is told at once, with not as well: %s()', (name, assertion) => {
    for (const subject of [undefined, null, 'ws', {}]) {
      const configuration = expect.objectContaining({ code: 'CONFIGURATION' })
      expect(() => assertion(expect(subject)), name).toThrow(configuration)
      expect(() => assertion(expect(subject).not), name).toThrow(configuration)
    }
  })
})
