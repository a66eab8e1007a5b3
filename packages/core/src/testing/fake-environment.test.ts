import { describe, expect, it, vi } from 'vitest'
import { connect, fullJitter } from '../index.ts'
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
