// ns and bytes for one message on a socket without a network: what a client costs by itself.
import { startChild } from './child.ts'
import { BARE } from './clients.ts'
import type { Costs } from './send/child.ts'
import { median, print, round, times } from './tools.ts'

const PROCESSES = 11
const MESSAGES = 200_000

const runs: (readonly Costs[])[] = []
for (let i = 0; i < PROCESSES; i++) {
  const child = await startChild<readonly Costs[]>(new URL('send/child.ts', import.meta.url), [
    String(MESSAGES),
  ])
  runs.push(child.ready)
  await child.end()
}

function of<Figure>(client: string, figure: (costs: Costs) => Figure): Figure[] {
  return runs.flatMap((run) => run.filter((costs) => costs.client === client).map(figure))
}

/** The median of all runs, and each run as a multiple of the bare socket's in the same. */
function figures(client: string, name: 'sends' | 'receives'): [ns: number, ratio: string] {
  const own = of(client, (costs) => costs[name]).flat()
  return [round(median(own)), times(own, of(BARE, (costs) => costs[name]).flat())]
}

const clients = runs[0]?.map(({ client }) => client) ?? []
print(
  `Runs of ${MESSAGES} messages in ${PROCESSES} processes, medians and quartiles, CPU time`,
  clients.map((client) => {
    const [send, timesSend] = figures(client, 'sends')
    const [receive, timesReceive] = figures(client, 'receives')
    return {
      client,
      'send, ns': send,
      '× bare send': timesSend,
      'receive, ns': receive,
      '× bare receive': timesReceive,
      'bytes a send': median(of(client, ({ bytesSend }) => bytesSend)),
      'bytes a message': median(of(client, ({ bytesReceive }) => bytesReceive)),
    }
  }),
)
