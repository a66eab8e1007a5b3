import type { Socket } from 'node:net'
import { CLOSE, FrameReader, TEXT } from './frame-reader.ts'
import { integer, pick, type Random, seeded } from './random.ts'
import { end, FRAMES, HANDSHAKES } from './random-moves.ts'
import { acceptHandshake, closeFrame, frame, openRawServer, type RawServer } from './raw-server.ts'

/** A connection that a client made, by the number in its path. */
interface Visit {
  readonly dial: number
  readonly isGood: boolean
  /** Its handshake was accepted. */
  wasOpen: boolean
  /** The TCP connection is closed. */
  isGone: boolean
  /** The text messages that came over it. */
  readonly received: string[]
}

export interface RandomServer extends RawServer {
  readonly visits: readonly Visit[]
}

export interface Plan {
  /** What is done to a connection depends on this and on its number, whatever the client does meanwhile. */
  readonly seed: number
  /** How many connections are met with chance; all later ones are served well. */
  readonly hostile: number
  /** Whether some are met with silence, which only a client with a heartbeat can notice. */
  readonly mayBeSilent: boolean
  /** Called before each move, so that the client can act at the same time. */
  readonly moving: () => void
}

/** Does whatever chance says to the first clients that come, and then behaves: answers each message, and closes. */
export async function openRandomServer({ seed, hostile, mayBeSilent, moving }: Plan): Promise<RandomServer> {
  const visits: Visit[] = []

  const accept = (visit: Visit, socket: Socket, head: string): void => {
    visit.wasOpen = true
    acceptHandshake(socket, head)
  }

  const harm = (random: Random, visit: Visit, socket: Socket, head: string): void => {
    if (random() < 0.4) {
      pick(random, HANDSHAKES)(random, socket, head)
      // Else it hangs, for the client to give up.
      if (random() < 0.8) end(random, socket, head)
      return
    }
    accept(visit, socket, head)
    for (let left = integer(random, 0, 3); left > 0; left--) {
      moving()
      pick(random, FRAMES)(random, socket, head)
    }
    moving()
    if (mayBeSilent && random() < 0.3) return
    // At once, or when the client has seen some of it.
    if (random() < 0.5) end(random, socket, head)
    else setImmediate(end, random, socket, head)
  }

  const server = await openRawServer((socket, head) => {
    const dial = Number(/^GET \/(\d+)/.exec(head)?.[1])
    const isGood = visits.length >= hostile
    const visit: Visit = { dial, isGood, wasOpen: false, isGone: false, received: [] }
    visits.push(visit)
    socket.on('close', () => {
      visit.isGone = true
    })
    const reader = new FrameReader()
    socket.on('data', (chunk: Buffer) => {
      // Firefox takes some that are none for a handshake, and would stay.
      if (!visit.wasOpen) socket.resetAndDestroy()
      for (const { opcode, payload } of reader.read(chunk)) {
        if (opcode === TEXT) visit.received.push(String(payload))
        if (opcode === CLOSE) socket.end(closeFrame(1000))
        else if (opcode === TEXT && isGood) socket.write(frame(0x81, Buffer.from(`ack ${payload}`)))
      }
    })
    if (isGood) accept(visit, socket, head)
    else harm(seeded(seed + 7_919 * visits.length), visit, socket, head)
  })
  return {
    visits,
    url: server.url,
    get accepted() {
      return server.accepted
    },
    get connections() {
      return server.connections
    },
    close: () => server.close(),
  }
}
