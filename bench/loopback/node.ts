/** One client of Node, in a process of its own: where several kinds share their code, it is compiled for none. */
import { nativeClasses } from '../../test/server/native-classes.ts'
import { clientKinds } from '../clients.ts'
import { timed } from '../tools.ts'
import { type Job, prepare, type Sample, sampleOf } from './load.ts'

const [native = '', client, origin = ''] = process.argv.slice(2)
const Native = new Map(nativeClasses).get(native)
const kind = (await clientKinds())[Number(client)]
if (!Native || !kind) throw new Error(`There is no client ${client} over ${native}.`)

process.once('disconnect', () => process.exit())
process.on('message', async ({ direction, load }: Job) => {
  const run = await prepare(kind, Native, origin, direction, load)
  globalThis.gc?.()
  let elapsed = Number.NaN
  const { cpu } = await timed(async () => {
    elapsed = await run()
  })
  const sample: Sample = sampleOf(load, elapsed, cpu)
  process.send?.(sample)
})
process.send?.('loaded')
