import { connect, constant } from '@holdfast/core'
import { indexedDbOutbox } from '@holdfast/core/storage'

/** What it is told to do. */
export interface Order {
  readonly url: string
  readonly name: string
}

/** A client with a stored queue that somebody ends without a word, as a crash ends a tab. */
self.addEventListener('message', ({ data }: MessageEvent<Order>) => {
  const connection = connect(data.url, {
    queue: { storage: indexedDbOutbox({ name: data.name }) },
    reconnect: { backoff: constant(50) },
  })
  connection.send('text 🙂')
  connection.send(new Uint8Array([1, 2, 3]).subarray(1))
  connection.send(new Blob(['blob']))
  for (let i = 0; i < 100; i++) connection.send(`m${i}`)
})
