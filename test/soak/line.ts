import { createFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts'
import type { Random } from '../support/random.ts'
import { createServer, type TestServer } from '../support/server.ts'
import { comesTrue, LATE } from './clock.ts'
import { type Account, type Manners, Session } from './session.ts'

/** A server with its manners, and the faulty line to it, for some of the clients. */
export interface SoakLine {
  readonly name: string
  readonly server: TestServer
  readonly proxy: FaultyProxy
  readonly manners: Manners
  readonly accounts: Map<string, Account>
}

/** @param chance - Decides what depends on when the clients come, so that the schedule does not. */
export async function openLine(name: string, chance: Random): Promise<SoakLine> {
  const accounts = new Map<string, Account>()
  const manners: Manners = { signIn: 'well', isSilent: false }
  const server = await createServer({
    onConnection(socket, request) {
      const account = accounts.get(/^\/(\w+)/.exec(request.url ?? '')?.[1] ?? '')
      if (account) account.session = new Session(socket, request, account, manners, chance)
      else socket.terminate()
    },
  })
  return { name, server, proxy: await createFaultyProxy(server), manners, accounts }
}

/** Takes back whatever the faults have left. */
export async function heal({ server, proxy, manners }: SoakLine): Promise<void> {
  Object.assign(manners, { signIn: 'well', isSilent: false })
  server.refuseWith()
  server.hangHandshake(false)
  server.pauseReading(false)
  server.silentClose = false
  proxy.stall(false)
  proxy.delay(0)
  proxy.throttle(undefined)
  await proxy.refuse(false)
  // Those that have lost a byte stay dead, and a client without a heartbeat cannot know.
  proxy.reset()
  proxy.blackHole(false)
}

/** Nobody should be connected any more: ends what the clients cannot reach, and empties the books. */
export async function sweep({ server, proxy }: SoakLine): Promise<boolean> {
  const isLeft = await comesTrue(() => server.connections.length === 0, LATE)
  // undici keeps the TCP connections of handshakes that it has not accepted.
  proxy.reset()
  const isQuiet = await comesTrue(() => proxy.connections === 0, LATE)
  server.forget()
  return isLeft && isQuiet
}

export async function closeLine({ server, proxy }: SoakLine): Promise<void> {
  await proxy.close()
  await server.close()
}
