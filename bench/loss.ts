/**
 * What becomes of messages: behind a reader that stalls until the connection is reset, and in an hour of faults, the
 * same for all, which is played 30 times as fast.
 *
 *     npm run bench:loss [-- speed [seed]]
 */
import { nativeClasses } from '../test/server/native-classes.ts'
import { contenders } from './loss/contenders.ts'
import { hour } from './loss/hour.ts'
import { plan } from './loss/schedule.ts'
import { BURST, stalledReader } from './loss/stalled-reader.ts'
import { print, type Row } from './tools.ts'

const [speed = 30, seed = 1] = process.argv.slice(2).map(Number)

const all = await contenders()
const stalled: Row[] = []
for (const [native, Native] of nativeClasses) {
  stalled.push(...(await Promise.all(all.map((contender) => stalledReader(contender, native, Native)))))
}
print(
  `${BURST.count} × ${BURST.size} bytes to a reader that has stalled, then a reset, then a line that is well`,
  stalled,
)

const faults = plan(seed)
const names = [...new Set(faults.map(({ kind }) => kind))]
const kinds = names.map((name) => `${faults.filter(({ kind }) => kind === name).length} ${name}`).join(', ')
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
const rows = await Promise.all(
  nativeClasses.flatMap(([native]) =>
    all.map(({ name }) => hour(name, native, faults, speed, start, loaded)),
  ),
)
print(
  `An hour of ${faults.length} faults (${kinds}), seed ${seed}; clocks and timers of the clients, and the faults, ${speed} times as fast, the network not; ours with a heartbeat, the others have none`,
  rows,
)
process.exit()
