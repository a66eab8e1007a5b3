import { firstMessage, queryParameter, subprotocol } from '@holdfast/core'
import { expect, it, vi } from 'vitest'
import { connectTo } from '../server/client.ts'
import { startLine } from './line.ts'

// Few dials fail here: Chromium holds back a page whose dials fail, by seconds from the tenth on.

const inBand = firstMessage<string>({
  create: (token) => `sign in with ${token}`,
  accepted: (message) => message === 'welcome',
  refused: (message) => message === 'refused',
})

/** A source of numbered tokens, and what it was asked with. */
function tokens() {
  const asked: { attempt: number; refused: boolean }[] = []
  return {
    asked,
    token({ attempt, refused }: { attempt: number; refused: boolean }) {
      asked.push({ attempt, refused })
      return Promise.resolve(`token-${asked.length}`)
    },
  }
}

it('carries a token in the query, and does not show it', async () => {
  const line = await startLine()
  const { connection, seen } = connectTo(line.url, { auth: { ...tokens(), via: queryParameter() } })
  await seen('open')
  expect((await line.report()).urls).toEqual(['/?access_token=token-1'])
  expect(connection.url).not.toContain('token')
})

it('carries a token as a subprotocol, in base64url where it must, beside the one that is chosen', async () => {
  const line = await startLine()
  await line.order('configure', { protocol: 'chat.v1' })
  const { connection, seen } = connectTo(line.url, {
    protocols: 'chat.v1',
    auth: { token: () => 'a=b', via: subprotocol() },
  })
  await seen('open')
  expect((await line.report()).protocolsOffered).toEqual([['chat.v1', 'bearer.YT1i']])
  expect(connection.protocol).toBe('chat.v1')
})

it('signs in by the first message: nothing queued overtakes it', async () => {
  const line = await startLine()
  const { connection, states } = connectTo(line.url, { auth: { ...tokens(), via: inBand } })
  for (const message of ['1', '2', '3']) connection.send(message)
  await line.until({ received: 1 })
  expect(connection.state).toMatchObject({ status: 'connecting', phase: 'sign-in' })
  await line.order('sendText', 'welcome')
  const { received } = await line.until({ received: 4 })
  expect(received.map(({ head }) => head)).toEqual(['sign in with token-1', '1', '2', '3'])
  expect(states.map((state) => ('phase' in state ? state.phase : state.status))).toEqual([
    'idle',
    'token',
    'handshake',
    'sign-in',
    'open',
  ])
})

it.each([401, 503])(
  'takes a handshake refused with HTTP %i for an outage, not for a refusal',
  async (status) => {
    const line = await startLine()
    await line.order('refuseWith', status)
    const source = tokens()
    const { seen } = connectTo(line.url, { auth: { ...source, via: queryParameter() } })
    const { cause } = await seen('waiting', 2)
    expect(cause).toMatchObject({ code: 1006, phase: 'connecting' })
    await line.order('refuseWith')
    await seen('open')
    expect(source.asked.every(({ refused }) => !refused)).toBe(true)
    expect(source.asked.length).toBeGreaterThan(2)
  },
)

it.each(['a close code', 'a message'])(
  'gets a fresh token at once when %s refuses the old one',
  async (by) => {
    const line = await startLine()
    const source = tokens()
    const { connection } = connectTo(line.url, { auth: { ...source, via: inBand } })
    await line.until({ received: 1 })
    if (by === 'a message') await line.order('sendText', 'refused')
    else await line.order('closeAll', 4401)
    await line.until({ received: 2 })
    await line.order('sendText', 'welcome')
    await vi.waitFor(() => expect(connection.state.status).toBe('open'), { timeout: 5_000 })
    expect(source.asked.map(({ refused }) => refused)).toEqual([false, true])
  },
)
