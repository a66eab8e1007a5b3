import { connect, constant } from '@holdfast/core'
import { indexedDbOutbox } from '@holdfast/core/storage'
import type { Order } from './outbox-worker.ts'

const order: Order = JSON.parse(globalThis.frameElement?.getAttribute('data-order') ?? '{}')

/** A page that is reloaded while it stores, right after it has sent more; loaded again, it does nothing. */
if (sessionStorage.getItem(order.name) === null) {
  sessionStorage.setItem(order.name, 'was there')
  const { transaction } = IDBDatabase.prototype
  const connection = connect(order.url, {
    queue: { storage: indexedDbOutbox({ name: order.name }) },
    reconnect: { backoff: constant(50) },
  })
  connection.send('first')
  addEventListener('message', () => {
    IDBDatabase.prototype.transaction = function (...args) {
      IDBDatabase.prototype.transaction = transaction
      // The write has begun by then, and takes its time.
      setTimeout(() => {
        for (let i = 0; i < 1_000; i++) connection.send(`m${i}`)
        location.reload()
      })
      return transaction.apply(this, args)
    }
    connection.send('large'.repeat(1_000_000))
  })
}
