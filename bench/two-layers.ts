// Clients that retry by themselves, over sockets that do so too and sockets that do not: how many connections
// are live after an outage, where one is right, and after the client has ended, where none is.
import { ReconnectingWebSocket } from '@holdfast/core/websocket'
import { WebSocket as PartySocket } from 'partysocket'
import { WebSocket } from 'ws'
import { jobs } from '../test/interop/jobs/index.ts'
import { type Beneath, createStage } from '../test/interop/stage.ts'
import { waitFor } from '../test/support/wait-for.ts'
import { combined, print, type Row } from './tools.ts'

const RUNS = 3
const RETRY = 1_000
const OUTAGE = 10_000
/** Longer than any of them waits between two attempts: partysocket at most 10 s. */
const SETTLE = 15_000

const beneath: Record<string, Beneath> = {
  partysocket: (WebSocket) =>
    class extends PartySocket {
      constructor(url: string, protocols?: string | string[]) {
        super(url, protocols, { WebSocket })
      }
    } as never,
  'reconnecting: ours': (WebSocket) =>
    ReconnectingWebSocket.with({ environment: { WebSocket }, reconnect: { backoff: () => RETRY } }),
  'reconnect: false': (WebSocket) =>
    ReconnectingWebSocket.with({ environment: { WebSocket }, reconnect: false }),
}

const sleep = (delay: number) => new Promise((resolve) => setTimeout(resolve, delay))

async function run(client: string, layer: string): Promise<Row> {
  const job = jobs[client]
  const made = beneath[layer]
  if (!job || !made) throw new Error(`There is no ${client} over ${layer}.`)
  const stage = await createStage(WebSocket, { beneath: made, retryDelay: RETRY })
  const server = await job.serve(stage)
  const user = job.begin(stage)
  await waitFor(() => server.subscriptions() > 0)
  const dials = stage.dials
  await stage.proxy.refuse()
  stage.proxy.reset()
  await sleep(OUTAGE)
  await stage.proxy.refuse(false)
  await sleep(SETTLE)
  const live = stage.wss.clients.size
  const result = { client, layer, live, dials: stage.dials - dials }
  await Promise.race([user.end(), sleep(3_000)])
  await sleep(3_000)
  const after = stage.wss.clients.size
  await stage.close()
  return { ...result, 'live after its end': after }
}

process.on('unhandledRejection', () => {})
const pairs = Object.keys(jobs).flatMap((client) =>
  Object.keys(beneath).map((layer) => [client, layer] as const),
)
const runs: Row[][] = []
for (let time = 0; time < RUNS; time++) {
  runs.push(await Promise.all(pairs.map(([client, layer]) => run(client, layer))))
}
print(
  `Live connections after an outage of 10 s; medians of ${RUNS} runs, the least and the most`,
  combined(runs),
)
process.exit(0)
