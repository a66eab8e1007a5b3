import type { Stage } from './stage.ts'

/** What a client is to do: say numbers to a server, and hear numbers from it. */
export interface Job {
  /** What every handshake must offer. */
  readonly protocols: readonly string[]
  /** Whether what is said while the line is down is said later. */
  readonly saysLater: boolean
  readonly serve: (stage: Stage) => Server | Promise<Server>
  readonly begin: (stage: Stage) => Client
}

interface Server {
  /** What clients have said, as it came. */
  readonly heard: readonly number[]
  /** Subscriptions that are live. */
  readonly subscriptions: () => number
  readonly say: (number: number) => void
}

export interface Client {
  readonly heard: readonly number[]
  /** Resolves where the client learns that it has arrived. */
  readonly say: (number: number) => unknown
  readonly end: () => unknown
}
