import {
  type Auth,
  type Connection,
  connect,
  firstMessage,
  json,
  queryParameter,
  subprotocol,
} from '@holdfast/core'
import { jwtVerify, SignJWT } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { WebSocket as ServerSocket } from 'ws'
import { waitFor } from '../support/wait-for.ts'
import { nativeClasses } from './native-classes.ts'
import { startLine, startServer } from './set-up.ts'

interface Message {
  readonly type: string
  readonly token?: string
}

const SECRET = new TextEncoder().encode('a secret of the tests, 32 bytes and more')

/** A real signed token, good for so many ms. */
async function issue(life: number): Promise<{ value: string; expiresAt: number }> {
  const expiresAt = Date.now() + life
  const value = await new SignJWT({ sub: 'ada' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.ceil(expiresAt / 1_000))
    .sign(SECRET)
  return { value, expiresAt }
}

async function isValid(token: string): Promise<boolean> {
  return jwtVerify(token, SECRET).then(
    () => true,
    () => false,
  )
}

const inBand = firstMessage<Message>({
  create: (token) => ({ type: 'sign-in', token }),
  accepted: ({ type }) => type === 'welcome',
  refused: ({ type }) => type === 'refused',
})

/** What a server does with the first message of `inBand`. */
async function answer(socket: ServerSocket, data: string | Buffer): Promise<void> {
  const { type, token = '' } = JSON.parse(String(data)) as Message
  if (type !== 'sign-in') return
  socket.send(JSON.stringify({ type: (await isValid(token)) ? 'welcome' : 'refused' }))
}

describe.each(nativeClasses)('signing in, with the class of %s', (_, WebSocket) => {
  function signIn(url: string, auth: Partial<Auth> & Pick<Auth, 'via'>, protocols?: string) {
    const asked: { attempt: number; refused: boolean }[] = []
    const connection = connect(url, {
      codec: json<Message>(),
      environment: { WebSocket, random: () => 0.01 },
      connectTimeout: 1_000,
      ...(protocols === undefined ? {} : { protocols }),
      auth: {
        token({ attempt, refused }) {
          asked.push({ attempt, refused })
          return issue(60_000)
        },
        ...auth,
      },
    })
    onTestFinished(() => void connection.close(1000, '', { drainTimeout: 0 }))
    return { connection, asked }
  }

  const isOpen = (connection: Connection<Message, Message>) =>
    waitFor(() => connection.state.status === 'open', { what: 'the state open' })

  it('carries a real token in the query', async () => {
    const server = await startServer()
    const { connection } = signIn(server.url, { via: queryParameter() })
    await isOpen(connection)
    const token = new URL(server.urls[0] ?? '', 'ws://localhost').searchParams.get('access_token')
    expect(await isValid(token ?? '')).toBe(true)
    expect(connection.url).not.toContain('access_token')
  })

  it('carries a real token as a subprotocol, and the server chooses the real one', async () => {
    const server = await startServer()
    const { connection } = signIn(server.url, { via: subprotocol() }, 'chat.v1')
    await isOpen(connection)
    const [chosen, token = ''] = server.protocolsOffered[0] ?? []
    expect(chosen).toBe('chat.v1')
    expect(await isValid(token.slice('bearer.'.length))).toBe(true)
    expect(connection.protocol).toBe('chat.v1')
  })

  it('does not show the token where the server chooses it for want of a real one', async () => {
    const server = await startServer()
    const { connection } = signIn(server.url, { via: subprotocol() })
    await isOpen(connection)
    expect(connection.protocol).toBe('')
  })

  it('carries it in the first message: nothing queued overtakes it', async () => {
    const server = await startServer({ onMessage: answer })
    const { connection } = signIn(server.url, { via: inBand })
    for (const type of ['1', '2', '3']) connection.send({ type })
    await server.waitFor(() => server.received.length === 4)
    expect(server.messages.map((data) => JSON.parse(String(data)).type)).toEqual(['sign-in', '1', '2', '3'])
  })

  it('asks for a fresh token at once when the server says that it has expired (4401)', async () => {
    const server = await startServer({ onMessage: answer })
    const { connection, asked } = signIn(server.url, { via: inBand })
    await isOpen(connection)
    server.closeAll(4401, 'expired')
    await server.waitFor(() => server.accepted === 2)
    await isOpen(connection)
    expect(asked.map(({ refused }) => refused)).toEqual([false, true])
  })

  it('gives up on tokens that are forged, and keeps the queue', async () => {
    const server = await startServer({ onMessage: answer })
    const { connection } = signIn(server.url, { via: inBand, token: () => 'forged' })
    connection.send({ type: 'kept' })
    await waitFor(() => connection.state.status === 'closed')
    expect(connection.state).toMatchObject({ by: 'auth', error: { code: 'AUTH_REFUSED' } })
    expect(connection.outbox.queued).toBe(1)
    expect(server.accepted).toBe(2)
  })

  it.each([401, 503])(
    'takes a handshake refused with HTTP %i for an outage, not for a refusal',
    async (status) => {
      const server = await startServer({ onMessage: answer })
      server.refuseWith(status)
      const { connection, asked } = signIn(server.url, { via: inBand })
      await waitFor(() => asked.length >= 4, { what: 'four attempts' })
      expect(connection.state.status).not.toBe('closed')
      expect(asked.some(({ refused }) => refused)).toBe(false)
      server.refuseWith(undefined)
      await isOpen(connection)
    },
  )

  it('ends a sign-in that falls into a black hole, and comes back', async () => {
    const { server, proxy } = await startLine({
      onMessage(socket, data) {
        if (server.accepted === 1) proxy.blackHole(true, 'down')
        void answer(socket, data)
      },
    })
    const { connection } = signIn(proxy.url, { via: inBand })
    await waitFor(() => connection.state.status === 'waiting', { what: 'the end of the attempt' })
    expect(connection.state).toMatchObject({ cause: { local: 'timeout' } })
    proxy.blackHole(false)
    await isOpen(connection)
  })

  it('renews a short-lived token over the living connection', async () => {
    const server = await startServer({ onMessage: answer })
    const { connection } = signIn(server.url, { via: inBand, token: () => issue(1_500) })
    await server.waitFor(() => server.received.length === 3)
    const tokens = server.messages.map((data) => JSON.parse(String(data)).token as string)
    expect(await Promise.all(tokens.slice(-1).map(isValid))).toEqual([true])
    expect(server.accepted).toBe(1)
    expect(connection.state.status).toBe('open')
  })
})
