import { OutboxStorage } from '../../packages/core/src/storage/index.ts'

type Methods = Pick<OutboxStorage, 'open' | 'write' | 'close'>

/** A storage of these methods alone. */
export function storageOf(methods: Methods): OutboxStorage {
  return new (class extends OutboxStorage {
    override open = methods.open
    override write = methods.write
    override close = methods.close
  })()
}
