import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, firstMessage, json } from '@holdfast/core'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket, type WebSocketServer } from 'ws'
import { blocksOfPages } from '../docs/blocks.ts'
import { waitFor } from '../support/wait-for.ts'

interface Message {
  readonly type: string
  readonly token?: string
}

/** What the server of the page asks its application for. */
interface Application {
  verify(token: string): Promise<{ name: string }>
  serve(socket: WebSocket, name: string, message: string): void
}

const folder = join(import.meta.dirname, '.page')

/** The server of docs/sign-in.md as it stands there, on a free port. */
async function serverOfPage(application: Application): Promise<string> {
  const block = blocksOfPages().find(
    ({ name, code }) => name.startsWith('docs/sign-in.md') && code.includes('new WebSocketServer'),
  )
  const code = block?.code
    .replaceAll(/^declare function (\w+)\(.*$/gm, 'const $1 = globalThis.application.$1')
    .replace('port: 8080', "port: 0, host: '127.0.0.1'")
  mkdirSync(folder, { recursive: true })
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'server.ts')
  writeFileSync(file, `${code}\nexport { server }\n`)
  Object.assign(globalThis, { application })
  const { server } = (await import(/* @vite-ignore */ file)) as { server: WebSocketServer }
  onTestFinished(() => void server.close())
  await waitFor(() => server.address() !== null)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It listens to no port')
  return `ws://127.0.0.1:${address.port}`
}

it('takes renewed tokens over the living connection, and hands none to the application', async () => {
  const verified: string[] = []
  const served: string[] = []
  const url = await serverOfPage({
    async verify(token) {
      verified.push(token)
      return { name: 'ada' }
    },
    serve: (_, name, message) => served.push(`${name}: ${message}`),
  })
  let tokens = 0
  const states: string[] = []
  const connection = connect(url, {
    environment: { WebSocket },
    codec: json<Message, unknown>(),
    auth: {
      token: () => ({ value: `token ${++tokens}`, expiresAt: Date.now() + 200 }),
      via: firstMessage<Message>({
        create: (token) => ({ type: 'sign-in', token }),
        accepted: ({ type }) => type === 'welcome',
        refused: ({ type }) => type === 'refused',
      }),
    },
  })
  onTestFinished(async () => void (await connection.close()))
  connection.state$.subscribe(({ status }) => states.push(status))
  connection.send({ say: 'first' })
  await waitFor(() => verified.length >= 3)
  connection.send({ say: 'last' })
  await waitFor(() => served.some((message) => message.includes('last')))
  expect(served).toEqual(['ada: {"say":"first"}', 'ada: {"say":"last"}'])
  expect(verified.slice(0, 3)).toEqual(['token 1', 'token 2', 'token 3'])
  expect([...new Set(states)]).toEqual(['idle', 'connecting', 'open'])
})
