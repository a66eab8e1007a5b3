import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Agenda } from '../../bench/storm/agenda.ts'
import { bestIn, COLUMNS, header, type Row } from '../../bench/storm/columns.ts'
import { busiestSecond, figuresOf } from '../../bench/storm/figures.ts'
import { MODEL, type Model } from '../../bench/storm/model.ts'
import { CUT, configOf, lossOf, TOLD } from '../../bench/storm/ours.ts'
import { figuresIn, PAGE } from '../../bench/storm/page.ts'
import { PEERS } from '../../bench/storm/peers.ts'
import type { Policy } from '../../bench/storm/policy.ts'
import { StormServer } from '../../bench/storm/server.ts'
import { simulate } from '../../bench/storm/simulate.ts'
import { initial, type Machine, transition } from '../../packages/core/src/machine.ts'
import { type Random, seeded } from '../support/random.ts'
import { root } from './blocks.ts'

/** A small part of the crowd before the same part of the server. */
const SMALL: Model = { ...MODEL, clients: 10_000, capacity: 200, horizon: 120_000 }
const SMALLER: Model = { ...SMALL, clients: 1_000, capacity: 20 }

describe('the agenda', () => {
  it('gives each client at its time, once', () => {
    const agenda = new Agenda(4, 10)
    for (const [client, time] of [2, 5, 2, 10].entries()) agenda.add(client, time)
    expect(agenda.size).toBe(3) // the last lies behind the horizon
    const seen: number[][] = []
    for (let time = 0; time < 10; time++) agenda.take(time, (client) => seen.push([time, client]))
    expect(seen).toEqual([
      [2, 2],
      [2, 0],
      [5, 1],
    ])
    expect(agenda.size).toBe(0)
  })

  it('takes a client anew while its time is visited', () => {
    const agenda = new Agenda(2, 10)
    agenda.add(0, 1)
    agenda.add(1, 1)
    agenda.take(1, (client) => agenda.add(client, 2))
    const seen: number[] = []
    agenda.take(2, (client) => seen.push(client))
    expect(seen.sort()).toEqual([0, 1])
  })
})

describe('the server', () => {
  // Ten handshakes a second, three of which may wait.
  const model: Model = { ...MODEL, capacity: 10, downFor: 1_000, backlog: 300, refusalCost: 0.5 }

  it('refuses all while it is down, at no cost', () => {
    const server = new StormServer(model)
    server.at(999)
    for (let i = 0; i < 100; i++) expect(server.offer()).toBeUndefined()
    server.at(1_000)
    expect(server.offer()).toBe(1_100)
  })

  it('does one handshake after the other, and refuses whom it has no room for', () => {
    const server = new StormServer(model)
    server.at(1_000)
    expect(Array.from({ length: 5 }, () => server.offer())).toEqual([
      1_100,
      1_200,
      1_300,
      undefined,
      undefined,
    ])
    // The two refusals cost a handshake: 100 ms later there is no room yet.
    server.at(1_199)
    expect(server.offer()).toBeUndefined()
    server.at(1_250)
    expect(server.offer()).toBe(1_550)
  })
})

describe('a storm', () => {
  it.each([CUT, ...PEERS].map((policy) => [policy.name, policy] as const))('adds up: %s', (_, policy) => {
    const storm = simulate(policy, SMALLER)
    expect(storm.attempts).toBe(storm.accepted + storm.refused)
    expect(storm.attempts).toBe(sum(storm.arrivals))
    expect(storm.accepted).toBe(sum(storm.connects))
    expect(storm.accepted + storm.lost).toBeLessThanOrEqual(storm.clients)
    expect(busiestSecond(storm.connects)).toBeLessThanOrEqual(SMALLER.capacity)
    expect(sum(storm.connects.subarray(0, MODEL.downFor))).toBe(0)
  })

  it('brings everybody back once, and is the same for the same seed', () => {
    const [one, same, other] = [1, 1, 2].map((seed) => simulate(CUT, SMALL, seed))
    expect(one?.accepted).toBe(SMALL.clients)
    expect(one?.ending).toBe('all back')
    expect(one && figuresOf(one)).toEqual(same && figuresOf(same))
    expect(one?.attempts).not.toBe(other?.attempts)
  })

  it('tells those that gave up from those that could not get in', () => {
    const quitter: Policy = { ...CUT, delays: () => (attempt) => (attempt > 2 ? Infinity : 1_000) }
    expect(simulate(quitter, SMALLER)).toMatchObject({ ending: 'given up', lost: 1_000, accepted: 0 })
    const hasty: Policy = { ...CUT, delays: () => () => 100 }
    expect(simulate(hasty, SMALLER)).toMatchObject({ ending: 'stuck', lost: 0 })
  })
})

describe('our policy', () => {
  it.each([CUT, ...TOLD])('is what the machine does: $name', ({ name, delays }) => {
    const code = Number(name.match(/\d+/)?.[0])
    for (let seed = 0; seed < 20; seed++) {
      const drawn = delays(seeded(seed))
      const waits = machineWaits(code, 8, seeded(seed))
      let previous = 0
      for (const [index, wait] of waits.entries()) {
        previous = drawn(index + 1, previous)
        expect(previous).toBe(wait)
      }
    }
  })

  it('is the best of all in every column', () => {
    const rows: Row[] = [CUT, ...PEERS].map((policy) => ({
      policy,
      figures: figuresOf(simulate(policy, SMALLER)),
    }))
    for (const column of COLUMNS) {
      expect([column.title, [...bestIn(column, rows)].map(({ policy }) => policy.name)]).toEqual([
        column.title,
        [CUT.name],
      ])
    }
  })
})

describe('the page', () => {
  const figures = figuresIn(readFileSync(PAGE, 'utf8'))

  it('has the columns and the clients of the bench', () => {
    const rows = figures.split('\n').filter((line) => line.startsWith('| '))
    const [head, rule, ...others] = rows.map((row) => row.slice(2, -2).split(' | '))
    expect(head).toEqual(header())
    expect(rule).toHaveLength(header().length)
    const names = others.map(([name]) => name?.replaceAll('*', ''))
    const wanted = [CUT, ...PEERS, ...TOLD].map(({ name }) => name)
    expect(names.filter((name) => wanted.includes(name ?? ''))).toEqual(wanted)
    const texts = others.map((row) => row.at(-1))
    for (const { formula } of [CUT, ...PEERS, ...TOLD]) expect(texts).toContain(formula)
  })

  it('tells the command, and has its chart', () => {
    expect(figures).toMatch(/`npm run bench:storm -- --write`, \d{4}-\d\d-\d\d, Node \d+/)
    expect(existsSync(join(root, 'docs/public/storm.svg'))).toBe(true)
  })
})

/** The delays that the real machine waits after an open connection is lost by this code, and no dial succeeds. */
function machineWaits(code: number, count: number, random: Random): number[] {
  const config = configOf(random)
  let machine: Machine = initial(config)
  let now = 0
  const step = (event: Parameters<typeof transition>[1]): void => {
    ;[machine] = transition(machine, event, config)
  }
  step({ type: 'open', now })
  step({ type: 'opened', generation: machine.generation, protocol: '', extensions: '', now })
  now = 60_000
  const waits: number[] = []
  while (waits.length < count) {
    const close = waits.length === 0 ? lossOf(code) : { ...lossOf(1006), phase: 'connecting' as const }
    step({ type: 'lost', generation: machine.generation, close, now })
    if (machine.state.status !== 'waiting') throw new Error(`It is ${machine.state.status}`)
    waits.push(machine.state.delay)
    now = machine.state.retryAt
    step({ type: 'timer', timer: 'retry', now })
  }
  return waits
}

function sum(values: Uint32Array): number {
  return values.reduce((total, value) => total + value, 0)
}
