import type { Announcer } from './announcer.ts'
import type { Audience } from './audience.ts'
import { Channels } from './channel.ts'
import type { Fate } from './entry.ts'
import type { Clock } from './environment.ts'
import { Requests } from './request.ts'
import type { Sender } from './sender.ts'
import type { ConnectionState } from './state.ts'

export interface ExchangeHost<Incoming> {
  readonly messages: Audience<Incoming>
  readonly isOpen: () => boolean
  /** Sends past the queue. */
  readonly control: (message: unknown) => void
}

/** What a connection says on behalf of its channels and requests, as it comes and goes. */
export class Exchange<Incoming, Outgoing> {
  readonly channels: Channels<Incoming>
  readonly requests: Requests<Incoming, Outgoing>

  constructor(
    host: ExchangeHost<Incoming>,
    sender: Sender<Outgoing>,
    clock: Clock,
    announcer: Pick<Announcer, 'fail' | 'tell'>,
  ) {
    const common = {
      messages: host.messages,
      fail: announcer.fail.bind(announcer),
      tell: announcer.tell.bind(announcer),
    }
    this.channels = new Channels({ ...common, isOpen: host.isOpen, control: host.control })
    this.requests = new Requests({
      ...common,
      clock,
      track: (message: Outgoing, fate: Fate) => sender.track(message, undefined, fate),
      again: sender.again.bind(sender),
      drop: sender.drop.bind(sender),
      answered: sender.answered.bind(sender),
    })
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
