import { describe, expect, it } from 'vitest'
import { Heartbeat } from './heartbeat.ts'
import type { HeartbeatSettings } from './heartbeat-options.ts'
import { virtualClock } from './testing/index.ts'

/** A heartbeat that asks after 1 s, and gives up 400 ms later. */
function setUp(given: Partial<HeartbeatSettings> = {}) {
  const clock = virtualClock()
  const start = clock.now()
  const pings: number[] = []
  const late: number[] = []
  const world = {
    clock,
    /** When pings were sent, ms from the start. */
    pings,
    late,
    silentAt: undefined as number | undefined,
    traffic: { sent: 0, bufferedAmount: 0 },
    pingBytes: 0,
    /** Bytes are written; they wait. */
    write(bytes: number) {
      world.traffic.sent += bytes
      world.traffic.bufferedAmount += bytes
    },
    /** Bytes leave. */
    flush(bytes: number) {
      world.traffic.bufferedAmount -= bytes
    },
    /** Time passes, and it is not given up. */
    async lives(ms: number) {
      await clock.advance(ms)
      expect(world.silentAt).toBeUndefined()
    },
    /** Time passes, and it was given up meanwhile, so many ms from the start. */
    async dies(ms: number, silentAt: number) {
      await clock.advance(ms)
      expect(world.silentAt).toBe(silentAt)
    },
    onPing: (): boolean => true,
    elapsed: () => clock.now() - start,
    heartbeat: undefined as unknown as Heartbeat,
  }
  world.heartbeat = new Heartbeat(
    { message: () => 'ping', interval: 1_000, timeout: 400, highWaterMark: 1_000, ...given },
    clock.environment,
    {
      ping() {
        pings.push(clock.now() - start)
        world.write(world.pingBytes)
        return world.onPing()
      },
      traffic: () => world.traffic,
      onSilent: () => (world.silentAt = clock.now() - start),
      onLate: (by) => {
        if (by > 0) late.push(by)
      },
    },
  )
  world.heartbeat.start()
  return world
}

describe('a quiet peer', () => {
  it('is asked after the interval, and given up after the timeout', async () => {
    const world = setUp()
    await world.clock.advance(999)
    expect(world.pings).toEqual([])
    await world.clock.advance(400)
    expect(world.pings).toEqual([1_000])
    expect(world.silentAt).toBeUndefined()
    await world.dies(1, 1_400)
    expect(world.clock.pending).toBe(0)
  })

  it('is not asked while it sends', async () => {
    const world = setUp()
    for (let second = 0; second < 5; second++) {
      await world.clock.advance(900)
      world.heartbeat.heard()
    }
    expect(world.pings).toEqual([])
    await world.clock.advance(1_000)
    expect(world.pings).toEqual([5_500])
  })

  it('may answer with anything, and is asked again an interval later', async () => {
    const world = setUp()
    await world.clock.advance(1_399)
    world.heartbeat.heard()
    await world.clock.advance(1_000)
    expect(world.pings).toEqual([1_000, 2_399])
    expect(world.silentAt).toBeUndefined()
  })

  it('may answer within the call', async () => {
    const world = setUp()
    world.onPing = () => {
      world.heartbeat.heard()
      return true
    }
    await world.clock.advance(5_500)
    expect(world.pings).toEqual([1_000, 2_000, 3_000, 4_000, 5_000])
    expect(world.silentAt).toBeUndefined()
  })

  it('is left alone when it cannot be asked', async () => {
    const world = setUp()
    world.onPing = () => false
    await world.clock.advance(3_000)
    expect(world.pings).toEqual([1_000, 2_000, 3_000])
    expect(world.silentAt).toBeUndefined()
  })

  it('is not asked any more after stop(), also when that comes by the ping', async () => {
    const world = setUp()
    world.onPing = () => {
      world.heartbeat.stop()
      return true
    }
    await world.clock.advance(10_000)
    expect(world.pings).toEqual([1_000])
    expect(world.silentAt).toBeUndefined()
    expect(world.clock.pending).toBe(0)
    world.heartbeat.heard()
    world.heartbeat.probe()
    expect(world.clock.pending).toBe(0)
  })
})

describe('a ping that waits in the native buffer', () => {
  it('is answered late only from when it has left', async () => {
    const world = setUp()
    world.write(200)
    world.pingBytes = 10
    for (let left = 210; left > 0; left -= 10) {
      await world.lives(left === 210 ? 1_000 : 300)
      world.flush(10)
    }
    expect(world.pings).toEqual([1_000])
    const leftAt = world.elapsed()
    await world.clock.advance(700)
    // Looked for at least every 100 ms.
    expect(world.silentAt).toBeGreaterThanOrEqual(leftAt + 400)
    expect(world.silentAt).toBeLessThanOrEqual(leftAt + 500)
  })

  it('is given up when the buffer stands still for the timeout', async () => {
    const world = setUp()
    world.write(200)
    await world.clock.advance(1_250)
    world.flush(10)
    await world.lives(449)
    await world.dies(1, 1_700)
  })

  it('counts as gone once all that was before it has left, whatever came behind it', async () => {
    const world = setUp()
    world.write(100)
    world.pingBytes = 10
    await world.clock.advance(1_050)
    world.flush(50)
    await world.clock.advance(100)
    // Sent behind it, and never to leave.
    world.write(500)
    await world.clock.advance(100)
    world.flush(60)
    await world.lives(50)
    await world.dies(400, 1_700)
  })

  it('is not sent into a full buffer: that it moves is life', async () => {
    const world = setUp()
    world.write(1_000)
    await world.clock.advance(1_150)
    world.flush(1)
    await world.clock.advance(1_000)
    expect(world.pings).toEqual([])
    expect(world.silentAt).toBeUndefined()
    await world.clock.advance(50)
    expect(world.pings).toEqual([2_200])
  })

  it('is not sent into a full buffer: that it does not move is silence', async () => {
    const world = setUp()
    world.write(5_000)
    await world.lives(1_399)
    await world.clock.advance(1)
    expect(world.pings).toEqual([])
    expect(world.silentAt).toBe(1_400)
  })

  it('shows life while it is kept full, and when what leaves is made up for at once', async () => {
    for (const size of [1_000, 500]) {
      const world = setUp()
      world.write(size)
      for (let ms = 0; ms < 5_000; ms += 50) {
        await world.clock.advance(50)
        world.flush(10)
        world.write(10)
      }
      expect(world.silentAt).toBeUndefined()
      const stoodAt = world.elapsed()
      await world.clock.advance(2_000)
      expect(world.silentAt).toBeGreaterThanOrEqual(stoodAt + 400)
      expect(world.silentAt).toBeLessThanOrEqual(stoodAt + 1_600)
    }
  })

  it('is seen to leave also where a host counts frames, and text is longer than it looks', async () => {
    const world = setUp()
    world.traffic.bufferedAmount = 50
    await world.clock.advance(1_050)
    world.traffic.bufferedAmount = 0
    await world.lives(400)
    await world.dies(100, 1_500)
  })

  it('does not take for life that the system goes on swallowing what is sent', async () => {
    const world = setUp()
    await world.clock.advance(1_050)
    for (let ms = 0; ms < 300; ms += 50) {
      if (world.traffic.bufferedAmount === 0) world.write(100)
      else world.flush(100)
      await world.clock.advance(50)
    }
    await world.clock.advance(100)
    expect(world.silentAt).toBeLessThanOrEqual(1_500)
  })
})

describe('a host that slept', () => {
  const asleep = () => setUp({ timeout: 20_000, interval: 30_000 })

  it('asks when the interval ends late, and wants an answer soon', async () => {
    const world = asleep()
    world.clock.sleep(3_600_000)
    await world.clock.advance(4_999)
    expect(world.pings).toEqual([3_600_000])
    expect(world.silentAt).toBeUndefined()
    await world.dies(1, 3_605_000)
  })

  it('asks again when an answer is due late, and does not kill', async () => {
    const world = asleep()
    await world.clock.advance(30_000)
    world.clock.sleep(3_600_000)
    await world.clock.advance(10)
    expect(world.pings).toHaveLength(2)
    expect(world.silentAt).toBeUndefined()
    world.heartbeat.heard()
    await world.lives(29_000)
  })

  it('asks again once only, where timers are throttled', async () => {
    const world = asleep()
    await world.clock.advance(30_000)
    world.clock.sleep(60_000)
    await world.clock.advance(0)
    world.clock.sleep(60_000)
    await world.clock.advance(0)
    expect(world.pings).toHaveLength(2)
    expect(world.silentAt).toBe(150_000)
  })

  it('is no different for a timer that is a little late', async () => {
    const world = asleep()
    world.clock.sleep(34_000)
    await world.lives(19_999)
    await world.dies(1, 54_000)
    expect(world.late).toEqual([4_000])
  })

  it('asks when the clock was set back', async () => {
    const world = asleep()
    world.clock.set(world.clock.now() - 3_600_000)
    await world.clock.advance(30_000)
    expect(world.pings).toHaveLength(1)
  })
})

describe('probe()', () => {
  it('asks at once, and wants an answer soon', async () => {
    const world = setUp({ timeout: 20_000 })
    world.heartbeat.probe()
    expect(world.pings).toEqual([0])
    await world.dies(5_000, 5_000)
  })

  it.each([
    ['at most 5 s more', 20_000, 2_000, 8_000],
    ['no longer than before', 6_000, 4_000, 7_000],
  ])('gives a ping that waits for its answer %s', async (_, timeout, waited, silentAt) => {
    const world = setUp({ timeout })
    await world.clock.advance(1_000 + waited)
    world.heartbeat.probe()
    world.heartbeat.probe()
    expect(world.pings).toEqual([1_000])
    await world.dies(20_000, silentAt)
  })

  it('does not ask twice', async () => {
    const world = setUp()
    world.heartbeat.probe()
    world.heartbeat.probe()
    expect(world.pings).toEqual([0])
    await world.clock.advance(1)
    world.heartbeat.heard()
    world.heartbeat.probe()
    expect(world.pings).toEqual([0, 1])
  })
})
