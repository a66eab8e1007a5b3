import { once } from 'node:events'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startTicker, type Ticker } from '../../examples/ticker/server/ticker.ts'
import { CUT_PATH, FEED_PATH, type Quote } from '../../examples/ticker/shared/messages.ts'
import { waitFor } from '../support/wait-for.ts'

const GROUP = 'energy'
const IN_A_GROUP = 50
const NO_PAGE = { html: async () => '', serve: (): void => {}, close: async () => {} }

let ticker: Ticker

beforeEach(async () => {
  ticker = await startTicker({ port: 0, page: NO_PAGE })
  ticker.isMoving = false
})

afterEach(() => ticker.close())

async function join(...asks: unknown[]): Promise<{ socket: WebSocket; quotes: Quote[] }> {
  const socket = new WebSocket(ticker.url.replace('http', 'ws') + FEED_PATH)
  const quotes: Quote[] = []
  socket.on('message', (data) => quotes.push(JSON.parse(String(data))))
  await once(socket, 'open')
  for (const ask of asks) socket.send(JSON.stringify(ask))
  return { socket, quotes }
}

it('answers a subscription with every symbol of the group, oldest first', async () => {
  const { quotes } = await join({ type: 'subscribe', group: GROUP })
  await waitFor(() => quotes.length === IN_A_GROUP)
  expect(new Set(quotes.map(({ symbol }) => symbol)).size).toBe(IN_A_GROUP)
  expect(quotes.map(({ seq }) => seq)).toEqual(quotes.map(({ seq }) => seq).sort((a, b) => a - b))
})

it('answers who resumes with the newest of each symbol that has moved since', async () => {
  const all = [...ticker.market.since(GROUP, -1)].map(({ quote }) => quote)
  const half = all[IN_A_GROUP / 2 - 1]?.seq
  const { quotes } = await join({ type: 'resume', group: GROUP, after: half })
  await waitFor(() => quotes.length >= IN_A_GROUP / 2)
  expect(quotes).toEqual(all.slice(IN_A_GROUP / 2))
  ticker.market.move(1_000)
  await waitFor(() => quotes.length === IN_A_GROUP / 2 + IN_A_GROUP)
})

it('gives who resumes from an earlier run everything', async () => {
  const before = [...ticker.market.since(GROUP, -1)].at(-1)?.quote.seq
  await ticker.close()
  ticker = await startTicker({ port: 0, page: NO_PAGE })
  const { quotes } = await join({ type: 'resume', group: GROUP, after: before })
  await waitFor(() => quotes.length >= IN_A_GROUP)
})

it.each(['nonsense', { type: 'subscribe', group: 'none' }, { type: 'resume', group: GROUP }, null])(
  'closes with 1003 whoever says %j',
  async (ask) => {
    const { socket } = await join(ask)
    expect((await once(socket, 'close'))[0]).toBe(1003)
  },
)

it('lets in no page of another site', async () => {
  const headers = { origin: 'https://example.com' }
  expect((await fetch(ticker.url + CUT_PATH, { method: 'POST', headers })).status).toBe(403)
  const socket = new WebSocket(ticker.url.replace('http', 'ws') + FEED_PATH, { headers })
  const [error]: Error[] = await once(socket, 'error')
  expect(error?.message).toContain('401')
})
