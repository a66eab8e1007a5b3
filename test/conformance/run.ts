import { describe, it, onTestFinished } from 'vitest'
import { type Context, type Expectation, type Host, type Line, next } from './expectation.ts'
import { expectations } from './index.ts'

export interface Subject {
  readonly WebSocket: typeof WebSocket
  /** Whether it comes back and queues: then it does the `instead` where there is one. */
  readonly comesBack: boolean
  /** What it runs on. */
  readonly on: readonly Host[]
  readonly startLine: () => Promise<Line>
}

/** Holds a class against all that the standards say. */
export function conform(name: string, subject: Subject): void {
  describe(name, () => {
    for (const [area, list] of Object.entries(expectations)) {
      describe(area, () => {
        for (const expectation of list) add(expectation, subject)
      })
    }
  })
}

function add(expectation: Expectation, subject: Subject): void {
  const { name, instead, notOn = {} } = expectation
  if (subject.on.some((host) => host in notOn)) return
  const differs = subject.comesBack ? instead : undefined
  it(differs ? `${name} (differs: ${differs.why})` : name, async () => {
    const context = await setUp(subject)
    await (differs ?? expectation).run(context)
  })
}

async function setUp({ WebSocket, startLine }: Subject): Promise<Context> {
  const line = await startLine()
  const closing: Context['closing'] = (socket) => {
    onTestFinished(() => closeGently(socket))
    return socket
  }
  const make: Context['make'] = (protocols, path = '') => closing(new WebSocket(line.url + path, protocols))
  return {
    WebSocket,
    line,
    make,
    closing,
    async open(protocols) {
      const socket = make(protocols)
      await next(socket, 'open')
      return socket
    },
  }
}

/** A handshake that is broken off is a failed one to Chromium, which lets the next ones wait, for seconds at last. */
async function closeGently(socket: WebSocket): Promise<void> {
  if (socket.readyState === 0) await Promise.race([next(socket, 'open'), next(socket, 'close')])
  socket.close()
}
