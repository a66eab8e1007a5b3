import {
  type Codec,
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  connect,
  type HoldfastError,
  type RawIncoming,
  type RawOutgoing,
  raw,
  type UrlSource,
} from '@holdfast/core'
import { onTestFinished, vi } from 'vitest'

type StateOf<Status extends ConnectionState['status']> = Extract<ConnectionState, { status: Status }>

/** A connection, and what it told. */
export interface Client {
  readonly connection: Connection<RawIncoming, RawOutgoing>
  readonly states: readonly ConnectionState[]
  readonly messages: readonly RawIncoming[]
  readonly errors: readonly HoldfastError[]
  /** Resolves with the state that was the `count`th of this kind, once it has come. */
  seen<Status extends ConnectionState['status']>(status: Status, count?: number): Promise<StateOf<Status>>
}

export type ClientOptions = ConnectionOptions & { readonly codec?: Codec<RawIncoming, RawOutgoing> }

/** Connects for one test. The draws are small, so that delays are short: 1 % of their range. */
export function connectTo(url: UrlSource, options: ClientOptions): Client {
  const environment = { random: () => 0.01, ...options.environment }
  const connection = connect(url, { codec: raw(), ...options, environment })
  const states: ConnectionState[] = []
  const messages: RawIncoming[] = []
  const errors: HoldfastError[] = []
  connection.state$.subscribe((state) => states.push(state))
  connection.errors$.subscribe((error) => errors.push(error))
  connection.messages$.subscribe((message) => messages.push(message))
  // Not awaited: a peer that hangs is ended by the server's clean-up, which comes next.
  onTestFinished(() => void connection.close(1000, '', { drainTimeout: 0 }))
  return {
    connection,
    states,
    messages,
    errors,
    seen<Status extends ConnectionState['status']>(status: Status, count = 1) {
      const find = () => {
        const ofKind = states.filter((state): state is StateOf<Status> => state.status === status)
        const state = ofKind[count - 1]
        if (state) return state
        throw new Error(`State ${count} of '${status}' did not come; the last was '${states.at(-1)?.status}'`)
      }
      return vi.waitFor(find, { timeout: 5_000, interval: 5 })
    },
  }
}
