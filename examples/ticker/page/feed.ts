import { type Connection, connect, fullJitter, json } from '@holdfast/core'
import { type Observable, repeat } from 'rxjs'
import type { Ask, FeedMessage, Quote } from '../shared/messages.ts'

export type FeedConnection = Connection<FeedMessage, Ask>

export function joinFeed(url: string | URL): FeedConnection {
  return connect(url, {
    codec: json<FeedMessage, Ask>(),
    reconnect: { backoff: fullJitter({ base: 1_000, cap: 10_000 }) },
    // Nothing is sent while quotes come: they are sign of life enough.
    heartbeat: {
      message: () => ({ type: 'ping' }),
      isReply: (message) => (message as FeedMessage).type === 'pong', // ours, as the codec types it
      interval: 5_000,
      timeout: 5_000,
    },
  })
}

/**
 * The quotes of one group. After a cut the connection asks for what came after the last one; the server answers
 * with the newest of each symbol that has moved since, so that nothing stays stale.
 */
export function quotesOf(connection: FeedConnection, group: string): Observable<Quote> {
  const quotes$ = connection.channel({
    subscribe: () => ({ type: 'subscribe', group }),
    unsubscribe: () => ({ type: 'unsubscribe', group }),
    filter: (message): message is Quote => message.type === 'quote' && message.group === group,
    resume: ({ seq }) => ({ type: 'resume', group, after: seq }),
  })
  // A channel completes if the connection is closed for good. To subscribe again waits for the next open().
  return quotes$.pipe(repeat())
}
