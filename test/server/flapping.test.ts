import { constant, fullJitter } from '@holdfast/core'
import { expect, it } from 'vitest'
import type { TestServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'
import { type Client, connectTo } from './client.ts'
import { nativeClasses } from './native-classes.ts'
import { startLine } from './set-up.ts'

const EVERY = 100
const MINUTE = 60_000

/** Calls every 100 ms for a minute. Resolves with how long that took, in ms. */
function flap(call: () => void): Promise<number> {
  const start = performance.now()
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - start
      call()
      if (elapsed < MINUTE) return
      clearInterval(timer)
      resolve(elapsed)
    }, EVERY)
  })
}

/** What is sent into the last cut may be lost, and is told of. */
async function isWell(connection: Client['connection'], server: TestServer): Promise<void> {
  await waitFor(() => {
    connection.send('still here')
    return server.messages.length > 0
  })
}

/** Its sockets are cut; backoff with a random of 0.5. */
async function cuts([name, WebSocket]: (typeof nativeClasses)[number]): Promise<void> {
  const { server, proxy } = await startLine()
  const { connection, seen } = connectTo(proxy.url, {
    environment: { WebSocket, random: () => 0.5 },
    reconnect: { backoff: fullJitter({ base: 200, cap: 800 }) },
  })
  await seen('open')
  const elapsed = await flap(() => proxy.reset())
  // Half of 200 ms, of 400, of 800, and of 800 ever after: no connection is stable.
  expect(server.handshakes.length, name).toBeLessThanOrEqual(1 + 2 + elapsed / 400)
  // Each comes within 400 ms, and is cut within 100 ms.
  expect(server.handshakes.length, name).toBeGreaterThanOrEqual(elapsed / 1_000)
  await isWell(connection, server)
}

/** Its host says offline and online in turns. */
async function signals([name, WebSocket]: (typeof nativeClasses)[number]): Promise<void> {
  const { server, proxy } = await startLine()
  let tell: (isOnline: boolean) => void = () => undefined
  const { connection, seen } = connectTo(proxy.url, {
    environment: {
      WebSocket,
      network(report) {
        tell = report
        return () => undefined
      },
    },
    reconnect: { backoff: constant(500) },
  })
  await seen('open')
  let isOnline = true
  const elapsed = await flap(() => {
    isOnline = !isOnline
    tell(isOnline)
  })
  tell(true)
  // `online` replaces a connection that nobody vouches for, and skips one delay at the most.
  expect(server.handshakes.length, name).toBeLessThanOrEqual(2 + elapsed / 500)
  await isWell(connection, server)
}

it('comes and goes every 100 ms for a minute, and is not dialled more often than the backoff says', {
  timeout: MINUTE + 20_000,
}, async () => {
  // Side by side: the minute passes once.
  await Promise.all([...nativeClasses.map(cuts), ...nativeClasses.map(signals)])
})
