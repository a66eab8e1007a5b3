import { describe, expect, it } from 'vitest'
import { setUp } from '../../../test/unit/set-up.ts'

describe('10,000 cycles', () => {
  it('leave no timer, no listener and no socket behind', async () => {
    const { connection, server, clock } = setUp({ lazy: true, queue: { ttl: 60_000 } })
    const listeners = { added: 0, removed: 0 }
    const { addEventListener, removeEventListener } = EventTarget.prototype
    server.WebSocket.prototype.addEventListener = function (...all: Parameters<typeof addEventListener>) {
      listeners.added += 1
      addEventListener.apply(this, all)
    }
    server.WebSocket.prototype.removeEventListener = function (
      ...all: Parameters<typeof removeEventListener>
    ) {
      listeners.removed += 1
      removeEventListener.apply(this, all)
    }
    for (let i = 0; i < 10_000; i++) {
      const subscription = connection.messages$.subscribe()
      connection.open()
      connection.send('x')
      if (i % 4 === 0) server.hang()
      else if (i % 4 === 1) server.refuse()
      else server.accept()
      await clock.advance(1)
      const closed = connection.close()
      await clock.advance(1)
      await closed
      subscription.unsubscribe()
      server.clear()
      if (clock.pending > 0) expect(clock.pending).toBe(0)
    }
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
    expect(connection.outbox).toMatchObject({ accepted: 10_000, queued: 0, queuedBytes: 0 })
    // One that was abandoned while it connected keeps its 'error' listener, which does nothing and goes with it.
    expect(listeners.added - listeners.removed).toBe(10_000 / 4)
  }, 120_000)
})
