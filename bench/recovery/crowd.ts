/** Many clients of one kind, in a process of their own: one that can be put to sleep. */
import { kinds } from './kinds.ts'
import { signals } from './signals.ts'

export interface OpenedMessage {
  readonly client: number
  /** Epoch ms, with fractions. */
  readonly at: number
  /** ms that it had drawn to wait, where it tells. */
  readonly delay?: number
}

const [name = '', url = '', count = ''] = process.argv.slice(2)
const start = await kinds[name]?.()
if (!start) throw new Error(`There is no ${name}.`)

process.send?.('loaded')
process.once('disconnect', () => process.exit())
process.on('message', (message) => {
  if (message === 'online' || message === 'offline') return signals.tell(message === 'online')
  for (let client = 0; client < Number(count); client++) {
    start(url, (delay) => {
      const at = performance.timeOrigin + performance.now()
      const opened: OpenedMessage = { client, at, ...(delay === undefined ? {} : { delay }) }
      process.send?.(opened)
    })
  }
})
