import { createTRPCClient, createWSClient, wsLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { Feed } from '../feed.ts'
import type { Job } from '../job.ts'

const { router: createRouter, procedure } = initTRPC.create()

function routerOf(heard: number[], feed: Feed) {
  return createRouter({
    say: procedure.input(Number).mutation(({ input }) => heard.push(input)),
    numbers: procedure.subscription(async function* ({ signal }) {
      yield* feed.iterate(signal)
    }),
  })
}

type Router = ReturnType<typeof routerOf>

export const trpc: Job = {
  protocols: [],
  saysLater: true,

  serve({ wss }) {
    const heard: number[] = []
    const feed = new Feed()
    applyWSSHandler({ wss, router: routerOf(heard, feed) })
    return { heard, subscriptions: () => feed.size, say: (number) => feed.publish(number) }
  },

  begin({ url, WebSocket, retryDelay }) {
    const heard: number[] = []
    const ws = createWSClient({ url, WebSocket, retryDelayMs: () => retryDelay })
    const client = createTRPCClient<Router>({ links: [wsLink({ client: ws })] })
    client.numbers.subscribe(undefined, { onData: (number) => heard.push(number) })
    return { heard, say: (number) => client.say.mutate(number), end: () => ws.close() }
  },
}
