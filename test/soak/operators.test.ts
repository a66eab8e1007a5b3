import { setImmediate } from 'node:timers/promises'
import { Subject } from 'rxjs'
import { expect, it } from 'vitest'
import { mapBounded } from '../../packages/core/src/operators.ts'

/** One value that is worked at, and one that waits, of which nobody else holds on to anything. */
function handOver() {
  const finish: (() => void)[] = []
  const work = () => new Promise<void>((resolve) => finish.push(resolve))
  const source = new Subject<object>()
  const subscription = source.pipe(mapBounded(work)).subscribe()
  const waits = {}
  for (const value of [{}, waits]) source.next(value)
  return { subscription, finish, waiting: new WeakRef(waits) }
}

async function collect(): Promise<void> {
  // What a WeakRef was asked for stays until then.
  await setImmediate()
  globalThis.gc?.()
}

it('mapBounded() lets go of what waits when it is unsubscribed, though its work goes on', async () => {
  const { subscription, finish, waiting } = handOver()
  await collect()
  expect(waiting.deref()).toBeDefined()
  subscription.unsubscribe()
  await collect()
  expect(waiting.deref()).toBeUndefined()
  expect(finish).toHaveLength(1)
})
