import { createRequire } from 'node:module'
import { createClient } from 'graphql-ws'
import { useServer as serveGraphQl } from 'graphql-ws/use/ws'
import { Feed } from '../feed.ts'
import type { Job } from '../job.ts'

// The one that the server of graphql-ws loads: a second one is refused.
const { buildSchema } = createRequire(import.meta.url)('graphql') as typeof import('graphql')

const schema = buildSchema(`
  type Query { none: Int }
  type Mutation { say(number: Int!): Int }
  type Subscription { numbers: Int }
`)

export const graphqlWs: Job = {
  protocols: ['graphql-transport-ws'],
  saysLater: true,

  serve({ wss }) {
    const heard: number[] = []
    const feed = new Feed()
    const roots = {
      mutation: { say: ({ number }: { number: number }) => heard.push(number) },
      subscription: {
        numbers() {
          const numbers = feed.iterate()
          return {
            [Symbol.asyncIterator]() {
              return this
            },
            async next() {
              const { done, value } = await numbers.next()
              return done ? { done, value } : { done: false, value: { numbers: value } }
            },
            return: () => numbers.return?.(),
          }
        },
      },
    }
    serveGraphQl({ schema, roots }, wss)
    return { heard, subscriptions: () => feed.size, say: (number) => feed.publish(number) }
  },

  begin({ url, WebSocket, retryDelay }) {
    const heard: number[] = []
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      retryAttempts: Infinity,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, retryDelay)),
      shouldRetry: () => true,
    })
    client.subscribe<{ numbers: number }>(
      { query: 'subscription { numbers }' },
      { next: ({ data }) => data && heard.push(data.numbers), error: () => {}, complete: () => {} },
    )
    return {
      heard,
      say: (number) =>
        new Promise<void>((complete, error) => {
          const query = `mutation { say(number: ${number}) }`
          client.subscribe({ query }, { next: () => {}, error, complete })
        }),
      end: () => client.dispose(),
    }
  },
}
