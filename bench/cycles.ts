// Connect and close, many times: what grows?
import { startChild } from './child.ts'
import { combined, print, type Row } from './tools.ts'

const [PROCESSES = 5] = process.argv.slice(2).map(Number)

const runs: (readonly Row[])[] = []
for (let run = 0; run < PROCESSES; run++) {
  const child = await startChild<readonly Row[]>(new URL('cycles/child.ts', import.meta.url))
  runs.push(child.ready)
  await child.end()
}
print(`Connect, send, close; medians of ${PROCESSES} processes, the least and the most`, combined(runs))
