import { inject, onTestFinished } from 'vitest'
import type { ChoosyServer, ClosingServer } from '../support/hostile-servers.ts'
import type { Awaited, Commands, LineReport } from '../support/line.ts'
import type { Plan, RandomServer } from '../support/random-server.ts'

type Rest<F> = F extends (line: never, ...args: infer Args) => unknown ? Args : never

/** A server and the faulty line to it, both in Node, ordered about from the browser. */
export interface RemoteLine {
  readonly url: string
  order<Name extends keyof Commands>(command: Name, ...args: Rest<Commands[Name]>): Promise<void>
  report(): Promise<LineReport>
  /** Resolves once all of this has come about. */
  until(least: Awaited, timeout?: number): Promise<LineReport>
}

async function post(order: object): Promise<unknown> {
  const response = await fetch(inject('controlUrl'), { method: 'POST', body: JSON.stringify(order) })
  const { answer, error } = (await response.json()) as { answer?: unknown; error?: string }
  if (!response.ok) throw new Error(error)
  return answer
}

/** Starts a server and a line to it, for one test. */
export async function startLine(): Promise<RemoteLine> {
  const { id, url } = (await post({ command: 'openLine', args: [] })) as { id: number; url: string }
  onTestFinished(async () => {
    await post({ id, command: 'closeLine', args: [] })
  })
  const ask = (command: keyof Commands, ...args: readonly unknown[]) => post({ id, command, args })
  return {
    url,
    async order(command, ...args) {
      await ask(command, ...args)
    },
    report: () => ask('report') as Promise<LineReport>,
    until: (least, timeout = 5_000) => ask('until', least, timeout) as Promise<LineReport>,
  }
}

interface HostileServers {
  readonly random: RandomServer
  readonly closing: ClosingServer
  readonly choosy: ChoosyServer
}

/** A server that keeps to no rules, in Node, until the test ends. */
export async function startHostile<Kind extends keyof HostileServers>(
  kind: Kind,
  plan?: Omit<Plan, 'moving'>,
): Promise<{ readonly url: string; report(): Promise<HostileServers[Kind]> }> {
  const { id, url } = (await post({ command: 'openHostile', args: [kind, plan] })) as {
    id: number
    url: string
  }
  onTestFinished(async () => {
    await post({ id, command: 'closeHostile', args: [] })
  })
  return {
    url,
    // Its books, as JSON has them.
    report: () => post({ id, command: 'reportHostile', args: [] }) as Promise<HostileServers[Kind]>,
  }
}
