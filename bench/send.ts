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

function of(client: string, figure: (costs: Costs) => number): number[] {
  return runs.flatMap((run) => run.filter((costs) => costs.client === client).map(figure))
}

/** The median over the processes, and each as a multiple of the bare socket's in the same. */
function figures(client: string, figure: (costs: Costs) => number): [ns: number, ratio: string] {
  const own = of(client, figure)
  return [round(median(own)), times(own, of(BARE, figure))]
}

const clients = runs[0]?.map(({ client }) => client) ?? []
print(
  `${MESSAGES} messages a run, the median of its runs for each of ${PROCESSES} processes: medians and quartiles of these, CPU time`,
  clients.map((client) => {
    const [send, timesSend] = figures(client, ({ send }) => send)
    const [receive, timesReceive] = figures(client, ({ receive }) => receive)
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
