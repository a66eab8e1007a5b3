/**
 * What becomes of messages: behind a reader that stalls until the connection is reset, and in hours of faults, the
 * same for all, which are played 30 times as fast.
 *
 *     npm run bench:loss [-- speed [seed …]]
 */
import { nativeClasses } from '../test/server/native-classes.ts'
import { contenders } from './loss/contenders.ts'
import { hour } from './loss/hour.ts'
import { type Planned, plan } from './loss/schedule.ts'
import { BURST, stalledReader } from './loss/stalled-reader.ts'
import { combined, print, type Row } from './tools.ts'

const [speed = 30, ...given] = process.argv.slice(2).map(Number)
const seeds = given.length > 0 ? given : [1, 2, 3]

const all = await contenders()
const stalled: Row[][] = []
for (let i = 0; i < seeds.length; i++) {
  const rows: Row[] = []
  for (const [native, Native] of nativeClasses) {
    rows.push(...(await Promise.all(all.map((contender) => stalledReader(contender, native, Native)))))
  }
  stalled.push(rows)
}
const spread = `medians of ${seeds.length} runs, the least and the most`
print(
  `${BURST.count} × ${BURST.size} bytes to a reader that has stalled, then a reset, then a line that is well; ${spread}`,
  combined(stalled),
)

async function played(faults: readonly Planned[]): Promise<Row[]> {
  let begin: () => void = () => {}
  const start = new Promise<void>((resolve) => {
    begin = resolve
  })
  let waiting = all.length * nativeClasses.length
  // Once all have been loaded, which takes long enough to be in each other's way.
  const loaded = (): void => {
    waiting -= 1
    if (waiting === 0) begin()
  }
  return Promise.all(
    nativeClasses.flatMap(([native]) =>
      all.map(({ name }) => hour(name, native, faults, speed, start, loaded)),
    ),
  )
}

const hours: Row[][] = []
for (const seed of seeds) hours.push(await played(plan(seed)))
const counts = seeds.map((seed) => plan(seed).length).join(', ')
print(
  `Hours of ${counts} faults (seeds ${seeds.join(', ')}); clocks and timers of the clients, and the faults, ${speed} times as fast, the network not; ours with a heartbeat, the others have none; ${spread}`,
  combined(hours),
)
process.exit()
