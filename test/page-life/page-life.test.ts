import { describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { preparePage } from './set-up.ts'

const open = preparePage()

/** What a server got beside pings, as `connection: message`. */
function received(server: { received: readonly { connection: number; data: string | Buffer }[] }): string[] {
  return server.received
    .filter(({ data }) => data !== 'ping')
    .map(({ connection, data }) => `${connection}: ${data}`)
}

describe('offline, which makes a black hole of an open socket', () => {
  it('is found out by the heartbeat; what was sent meanwhile arrives once online, in order, once', async () => {
    const { tab, server, becomes } = await open({ interval: 20_000, timeout: 500 })
    await tab.offline(true)
    const states = await becomes('suspended')
    expect(states.at(-1)).toMatchObject({ by: 'offline', cause: { local: 'heartbeat' } })
    await tab.ask(`for (const number of [1, 2, 3]) connection.send('offline ' + number)`)
    await tab.offline(false)
    await becomes('open', 2)
    await server.waitFor(() => received(server).length >= 3)
    expect(received(server)).toEqual(['1: offline 1', '1: offline 2', '1: offline 3'])
    await tab.ask(`connection.send('last')`)
    await server.waitFor(() => received(server).length >= 4)
    expect(received(server)).toHaveLength(4)
  })

  it('without a heartbeat has the connection replaced once online', async () => {
    const { tab, server, becomes } = await open()
    await tab.offline(true)
    await waitFor(async () => (await tab.ask<string[]>('signals')).includes('offline'))
    expect(await tab.ask('connection.state.status')).toBe('open')
    await tab.offline(false)
    const states = await becomes('open', 2)
    expect(states.map(({ status }) => status)).not.toContain('suspended')
    await tab.ask(`connection.send('back')`)
    await server.waitFor(() => received(server).length === 1)
    expect(received(server)).toEqual(['1: back'])
  })
})

it('a frozen tab closes its socket, and comes back at once with what was sent as it froze', async () => {
  const { tab, server, becomes, hide } = await open()
  await hide()
  await tab.freeze(true)
  await server.waitFor(({ connections, closed }) => connections.length === 0 && closed.length === 1)
  server.sendAll('lost')
  await tab.freeze(false)
  const states = await becomes('open', 2)
  expect(states.map(({ status, by }) => by ?? status)).toEqual([
    'idle',
    'connecting',
    'open',
    'page',
    'connecting',
    'open',
  ])
  await server.waitFor(() => received(server).length === 3)
  expect(received(server)).toEqual(['1: freeze 1', '1: freeze 2', '1: freeze 3'])
})

describe('a page that is left', () => {
  it('is kept for the way back, and comes back at once without a reload', async () => {
    const { tab, server, origin, becomes } = await open()
    await tab.ask('window.isTheSame = true')
    await tab.go(`${origin}/elsewhere/`)
    await waitFor(async () => (await tab.ask('location.pathname')) === '/elsewhere/')
    await server.waitFor(({ connections }) => connections.length === 0)
    await tab.ask('history.back()')
    await waitFor(async () => (await tab.ask('location.pathname')) === '/')
    await becomes('open', 2)
    expect(await tab.ask('window.isTheSame')).toBe(true)
    expect(await tab.ask('signals')).toContain('pageshow true')
    await server.waitFor(() => received(server).length >= 3)
    const expected = ['pagehide true', 'freeze'].flatMap((what) =>
      [1, 2, 3].map((number) => `1: ${what} ${number}`),
    )
    expect(received(server)).toEqual(expected)
    // Ours was closed in time: the browser has ended nothing itself.
    expect(server.closed).toMatchObject([{ connection: 0, code: 1005 }])
  })

  it('by a link that downloads is not left at all', async () => {
    const { tab, server, origin } = await open()
    await tab.ask(`{
      const link = document.body.appendChild(document.createElement('a'))
      link.href = '${origin}/file'
      link.click()
      connection.send('still here')
    }`)
    await server.waitFor(() => received(server).length === 1)
    await tab.ask('fetch("/elsewhere/").then((response) => response.text())')
    expect(await tab.ask('states.at(-1).status')).toBe('open')
    expect(server.accepted).toBe(1)
  })
})

describe('a hidden tab, whose timers are throttled', () => {
  it('stays connected, hears and sends', async () => {
    const { tab, server, hide } = await open({ interval: 1_000, timeout: 500 })
    await tab.ask('setInterval(() => (window.ticks += 1), 50)')
    await hide()
    const before = await tab.ask<number>('performance.now()')
    await server.waitFor((it) => it.messages.filter((data) => data === 'ping').length >= 4, 20_000)
    for (let number = 1; number <= 20; number++) server.sendAll(String(number))
    await waitFor(async () => (await tab.ask<string[]>('messages')).length === 20)
    await tab.ask(`for (const number of [1, 2, 3]) connection.send('hidden ' + number)`)
    await server.waitFor(() => received(server).length === 3)
    expect(received(server)).toEqual(['0: hidden 1', '0: hidden 2', '0: hidden 3'])
    const [ticks = 0, elapsed = 0] = await tab.ask<number[]>('[window.ticks, performance.now()]')
    expect(ticks, 'ticks of a timer of 50 ms').toBeLessThan(((elapsed - before) / 50) * 0.3)
    expect(server.accepted).toBe(1)
  })
})
