import { type ChannelHost, Channels } from './channel.ts'
import { type RequestHost, Requests } from './request.ts'
import type { ConnectionState } from './state.ts'

export type ExchangeHost<Incoming, Outgoing> = ChannelHost<Incoming> & RequestHost<Incoming, Outgoing>

/** What a connection says on behalf of its channels and requests, as it comes and goes. */
export class Exchange<Incoming, Outgoing> {
  readonly channels: Channels<Incoming>
  readonly requests: Requests<Incoming, Outgoing>

  constructor(host: ExchangeHost<Incoming, Outgoing>) {
    this.channels = new Channels(host)
    this.requests = new Requests(host)
  }

  /** A socket is left for another one, which is there already. What it returns is as with {@link follow}. */
  handedOver(): () => void {
    return this.requests.lost(undefined)
  }

  /** Goes along with a change of state. What it returns is for when all that has come is read. */
  follow(before: ConnectionState, after: ConnectionState): (() => void) | undefined {
    if (after.status === before.status || after.status === 'closing') return undefined
    if (after.status === 'closed') return this.requests.ended()
    if (before.status !== 'open') return undefined
    return this.requests.lost('cause' in after ? after.cause : undefined)
  }
}
