import { connect } from '@holdfast/core'
import { indexedDbOutbox } from '@holdfast/core/storage'
import { expect, it, onTestFinished, vi } from 'vitest'
import { countStored } from '../support/stored-messages.ts'
import { quirks } from './host.ts'
import { startLine } from './line.ts'
import type { Order } from './outbox-worker.ts'

it('sends what a worker had stored when it was ended, in order, once, and before anything newer', async () => {
  const line = await startLine()
  const name = crypto.randomUUID()
  await line.order('refuse', true)
  const worker = new Worker(new URL('./outbox-worker.ts', import.meta.url), { type: 'module' })
  worker.postMessage({ url: line.url, name } satisfies Order)
  const isStored = (count: number) => async () => expect(await countStored(name)).toBe(count)
  await vi.waitFor(isStored(103), { timeout: 20_000, interval: 50 })
  worker.terminate()
  await line.order('refuse', false)

  const connection = connect(line.url, { queue: { storage: indexedDbOutbox({ name }) } })
  onTestFinished(() => void connection.close())
  const errors: string[] = []
  connection.errors$.subscribe(({ code }) => errors.push(code))
  const dropped: string[] = []
  connection.events$.subscribe((event) => event.type === 'dropped' && dropped.push(event.reason))
  connection.send('newer')
  await vi.waitFor(isStored(0), { timeout: 20_000, interval: 50 })
  if (!quirks.losesStoredBlobs) expect(dropped).toEqual([])
  expect(['', 'unreadable']).toContain(dropped.join())
  const blob = dropped.length > 0 ? [] : ['blob']
  const { received } = await line.until({ received: 103 + blob.length }, 5_000)
  expect(received.map(({ head }) => head)).toEqual([
    'text 🙂',
    '\u0002\u0003',
    ...blob,
    ...Array.from({ length: 100 }, (_, i) => `m${i}`),
    'newer',
  ])
  expect(errors).toEqual([])
})
