import { WebSocket as OfMockSocket } from 'mock-socket'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { connect, constant, type Environment, fullJitter } from '../index.ts'
import { fakeEnvironment, fakeServer, fakeSignals, seededRandom, virtualClock } from './index.ts'

const URL_A = 'ws://fake.test/a'

function setUp(random?: number) {
  const server = fakeServer(URL_A)
  const world = fakeEnvironment({ server, ...(random === undefined ? {} : { random }) })
  const reconnect = { backoff: fullJitter({ base: 10_000, cap: 10_000 }) }
  return { ...world, server, connection: connect(URL_A, { environment: world.environment, reconnect }) }
}

describe('a fake environment', () => {
  it('draws what it is told to, half of all that may be if nothing', async () => {
    for (const [random, delay] of [
      [undefined, 5_000],
      [0, 0],
      [0.9, 9_000],
    ] as const) {
      const { server, connection } = setUp(random)
      await server.connected
      server.drop()
      expect(connection.state).toMatchObject({ status: 'waiting', delay })
      await connection.close()
    }
  })

  it('says that the network is away, and back', async () => {
    const { server, connection, clock, network } = setUp()
    await server.connected
    network.offline()
    server.drop()
    await clock.settle()
    expect([connection.state.status, network.isOnline]).toEqual(['suspended', false])
    network.online()
    await server.connected
    expect([connection.state.status, network.isOnline]).toEqual(['open', true])
    await connection.close()
  })

  it('says that the page is frozen, and shown again', async () => {
    const { server, connection, clock, page } = setUp()
    await server.connected
    page.freeze()
    expect(connection.state).toMatchObject({ status: 'suspended', by: 'page' })
    page.resume()
    await server.connected
    expect(connection.state.status).toBe('open')
    // Long enough that another loss is another outage.
    await clock.advance(5_000)
    server.drop()
    page.hide()
    expect([page.isVisible, page.isActive]).toEqual([false, true])
    page.show()
    // Whoever looks at the page again does not wait for the rest of a delay.
    await server.connected
    await connection.close()
  })

  it('takes a clock that there is already, and the global class where no server is given', async () => {
    const clock = virtualClock()
    const world = fakeEnvironment({ clock })
    expect(world.clock).toBe(clock)
    expect(world.environment).not.toHaveProperty('WebSocket')
    using server = fakeServer(URL_A).install()
    const connection = connect(URL_A, { environment: world.environment })
    await server.connected
    await connection.close()
    expect(clock.pending).toBe(0)
  })
})

describe('the latency of a server in a fake environment', () => {
  const latency = 200
  const reconnect = { backoff: constant(1_000) }

  it('goes by the clock of the environment: handshakes, and the closing handshake', async () => {
    const server = fakeServer(URL_A, { latency })
    const { environment, clock } = fakeEnvironment({ server })
    const connection = connect(URL_A, { environment, reconnect })
    await clock.advance(199)
    expect(connection.state.status).toBe('connecting')
    await clock.advance(1)
    expect(connection.state.status).toBe('open')
    server.drop()
    await clock.advance(1_199)
    expect(connection.state.status).toBe('connecting')
    await clock.advance(1)
    expect(connection.state.status).toBe('open')
    const closed = connection.close()
    await clock.advance(199)
    expect(server.live).toHaveLength(1)
    await clock.advance(1)
    expect(await closed).toMatchObject({ wasClean: true })
    expect(clock.pending).toBe(0)
  })

  it('goes by the clock that the environment was given, faked timers or not', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const clock = virtualClock()
    const server = fakeServer(URL_A, { latency })
    const { environment } = fakeEnvironment({ server, clock })
    const connection = connect(URL_A, { environment })
    expect(vi.getTimerCount()).toBe(0)
    await clock.advance(latency)
    expect(connection.state.status).toBe('open')
  })

  it('goes by the clock of the server where it was given one, and so does the environment', async () => {
    const clock = virtualClock()
    const server = fakeServer(URL_A, { latency, clock })
    const worlds = [fakeEnvironment({ server }), fakeEnvironment({ server, clock })]
    expect(worlds.map((world) => world.clock === clock)).toEqual([true, true])
    const connections = worlds.map(({ environment }) => connect(URL_A, { environment }))
    await clock.advance(latency)
    expect(connections.map(({ state }) => state.status)).toEqual(['open', 'open'])
  })

  it('goes by the clock of each of two environments, and for other dials by the timers of the host', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    using server = fakeServer(URL_A, { latency }).install()
    const [one, two] = [fakeEnvironment({ server }), fakeEnvironment({ server })]
    const connections = [one, two, server, {}].map(
      ({ environment }: { environment?: Partial<Environment> }) => connect(URL_A, { environment }),
    )
    const statuses = () => connections.map(({ state }) => state.status)
    await one.clock.advance(latency)
    expect(statuses()).toEqual(['open', 'connecting', 'connecting', 'connecting'])
    await two.clock.advance(latency)
    expect(statuses()).toEqual(['open', 'open', 'connecting', 'connecting'])
    await vi.advanceTimersByTimeAsync(latency)
    expect(statuses()).toEqual(['open', 'open', 'open', 'open'])
  })

  it('goes by it through whatever class is made of that of the server, and what a test does to that counts', async () => {
    const clock = virtualClock()
    const server = fakeServer(URL_A, { latency })
    class Named extends server.WebSocket {}
    const { environment } = fakeEnvironment({ server: { environment: { WebSocket: Named } }, clock })
    const send = vi.spyOn(server.WebSocket.prototype, 'send')
    const connection = connect(URL_A, { environment })
    await clock.advance(latency)
    connection.send('hello')
    expect(send).toHaveBeenCalledWith('hello')
    expect(server.connection.socket).toBeInstanceOf(Named)
  })

  it('is no concern of a class that leads to no fake server', () => {
    const { environment } = fakeEnvironment({ server: { environment: { WebSocket: OfMockSocket } } })
    expect(environment.WebSocket).toBe(OfMockSocket)
  })
})

describe('fake signals', () => {
  it('tell the present first, then every change, until that is ended', () => {
    const { environment, network } = fakeSignals()
    const told = vi.fn()
    network.offline()
    const end = environment.network(told)
    environment.network(told)()
    network.online()
    end()
    network.offline()
    expect(told.mock.calls).toEqual([[false], [false], [true]])
  })
})

describe('random numbers by a seed', () => {
  it('are the same for the same seed, spread over [0, 1)', () => {
    const draw = (seed: number) => Array.from({ length: 1_000 }, seededRandom(seed))
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    for (const seed of [0, 1, -3]) {
      const numbers = draw(seed)
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...numbers)).toBeLessThan(1)
      const mean = numbers.reduce((sum, number) => sum + number) / numbers.length
      expect(mean).toBeGreaterThan(0.45)
      expect(mean).toBeLessThan(0.55)
    }
  })
})
