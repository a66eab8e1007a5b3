import { type Random, seeded } from '../../test/support/random.ts'
import { Agenda } from './agenda.ts'
import type { Model } from './model.ts'
import type { Policy } from './policy.ts'
import { StormServer } from './server.ts'

/** What became of a crowd. */
export interface Storm {
  readonly clients: number
  readonly attempts: number
  readonly accepted: number
  readonly refused: number
  /** Clients that gave up. */
  readonly lost: number
  /** Attempts that arrived, for each ms. */
  readonly arrivals: Uint32Array
  /** Clients whose handshake was done, for each ms. */
  readonly connects: Uint32Array
  /** Why the run was over. `'given up'`: by all who were not back; `'stuck'`: nobody gets in for `patience`. */
  readonly ending: 'all back' | 'given up' | 'stuck' | 'time over'
  readonly endedAt: number
}

/** One crowd, cut at 0. The same seed gives the same storm. */
export function simulate(policy: Policy, model: Model, seed = 1): Storm {
  const { clients, horizon } = model
  const random = seeded(seed)
  const delays = policy.delays(random)
  const travel = traveller(model, random)
  const server = new StormServer(model)
  const agenda = new Agenda(clients, horizon)
  const tries = new Uint16Array(clients)
  const waited = new Float32Array(clients)
  const arrivals = new Uint32Array(horizon)
  // The last handshakes may be done a backlog after the last attempt.
  const connects = new Uint32Array(horizon + model.backlog + 1)
  let accepted = 0
  let refused = 0
  let lost = 0
  let lastAccepted = model.downFor

  const wait = (client: number, now: number): void => {
    const attempt = (tries[client] ?? 0) + 1
    const delay = delays(attempt, waited[client] ?? 0)
    if (delay === Infinity) {
      lost += 1
      return
    }
    tries[client] = attempt
    waited[client] = delay
    // Timers take whole ms. A round trip at least keeps each attempt behind the one before.
    agenda.add(client, Math.floor(now + travel() + delay))
  }

  for (let client = 0; client < clients; client++) wait(client, 0)
  // Nobody got in for so long, or it is certain already that nobody will.
  const isStuck = (): boolean => now - lastAccepted >= model.patience || server.fullFor >= model.patience
  let now = 0
  while (now < horizon && agenda.size > 0 && !isStuck()) {
    server.at(now)
    const before = accepted + refused
    agenda.take(now, (client) => {
      const done = server.offer()
      if (done === undefined) {
        refused += 1
        wait(client, now)
        return
      }
      accepted += 1
      lastAccepted = now
      connects[done] = (connects[done] ?? 0) + 1
    })
    arrivals[now] = accepted + refused - before
    now += 1
  }
  const attempts = accepted + refused
  const ending =
    accepted === clients
      ? 'all back'
      : accepted + lost === clients
        ? 'given up'
        : isStuck()
          ? 'stuck'
          : 'time over'
  return { clients, attempts, accepted, refused, lost, arrivals, connects, ending, endedAt: now }
}

function traveller({ travel: [least, most] }: Model, random: Random): () => number {
  return () => least + random() * (most - least)
}
