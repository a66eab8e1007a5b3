import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { type Chat, type ChatOptions, startChat } from '../../examples/chat/server/chat.ts'
import type { ClientMessage, ServerMessage } from '../../examples/chat/shared/messages.ts'
import { failToStart, startExample } from '../support/example.ts'

const noPage = {
  serve: (_request: unknown, _response: unknown, next: () => void) => next(),
  close: async () => {},
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chat-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function start(options: Partial<ChatOptions> = {}): Promise<Chat> {
  const journal = join(newFolder(), 'chat.jsonl')
  const chat = await startChat({ port: 0, journal, page: noPage, startUp: async () => {}, ...options })
  onTestFinished(() => chat.close())
  return chat
}

async function tokenFor(chat: Chat, member: string): Promise<string> {
  const response = await fetch(`${chat.url}/token`, { method: 'POST', body: JSON.stringify({ member }) })
  return (await response.json()).value
}

/** Somebody who is signed in, and in the lobby. */
async function enter(chat: Chat, member: string) {
  const socket = new WebSocket(chat.url.replace('http', 'ws'))
  const heard: ServerMessage[] = []
  socket.on('message', (data) => heard.push(JSON.parse(String(data))))
  const send = (message: ClientMessage): void => socket.send(JSON.stringify(message))
  const hears = (type: ServerMessage['type']) =>
    expect.poll(() => heard.find((message) => message.type === type), { interval: 5 }).toBeDefined()
  await once(socket, 'open')
  send({ type: 'sign-in', token: await tokenFor(chat, member) })
  await hears('signed-in')
  send({ type: 'join', room: 'lobby' })
  await hears('joined')
  return { socket, heard, send, hears }
}

const hello = { type: 'say', id: 'a', room: 'lobby', text: 'Hello' } as const

describe('the chat’s server', () => {
  it('takes a message once, and answers each time, also after a restart', async () => {
    const chat = await start()
    const one = await enter(chat, 'one')
    one.send(hello)
    one.send(hello)
    await expect.poll(() => one.heard.filter(({ type }) => type === 'ack').length).toBe(2)
    expect(one.heard.filter(({ type }) => type === 'said')).toHaveLength(1)

    const closed = once(one.socket, 'close')
    await chat.restart()
    expect((await closed)[0]).toBe(1001)
    const again = await enter(chat, 'one')
    expect(again.heard.find(({ type }) => type === 'joined')).toMatchObject({
      isWhole: true,
      lines: [{ seq: 1, id: 'a', text: 'Hello', from: { id: 'one' } }],
    })
    again.send(hello)
    await again.hears('ack')
    expect(again.heard.map(({ type }) => type)).not.toContain('said')
    // The same id of somebody else is another message.
    const other = await enter(chat, 'two')
    other.send(hello)
    await again.hears('said')
  })

  it('closes with 1012 while it starts', async () => {
    let ready = (): void => {}
    const chat = await start({ startUp: () => new Promise<void>((resolve) => (ready = resolve)) })
    const restarted = chat.restart()
    const [code] = await once(new WebSocket(chat.url.replace('http', 'ws')), 'close')
    expect(code).toBe(1012)
    ready()
    await restarted
    await enter(chat, 'one')
  })

  it('lets nobody in without a token of its own', async () => {
    const chat = await start({ signInDeadline: 100 })
    const closeOf = async (first?: object): Promise<number> => {
      const socket = new WebSocket(chat.url.replace('http', 'ws'))
      socket.once('open', () => first && socket.send(JSON.stringify(first)))
      return (await once(socket, 'close'))[0]
    }
    const codes = [
      closeOf(),
      closeOf(hello),
      closeOf({ type: 'sign-in', token: 'forged' }),
      closeOf({ type: 'x' }),
    ]
    expect(await Promise.all(codes)).toEqual([4408, 4401, 4401, 1007])
  })

  it('answers no page of another site', async () => {
    const chat = await start()
    for (const path of ['/token', '/restart']) {
      const headers = { origin: 'https://example.com' }
      expect((await fetch(chat.url + path, { method: 'POST', headers })).status).toBe(403)
    }
    const [error] = await once(
      new WebSocket(chat.url.replace('http', 'ws'), { origin: 'http://localhost:1' }),
      'error',
    )
    expect(error.message).toContain('403')
  })

  it('starts by one command, restarts at SIGHUP, and ends at SIGTERM', async () => {
    const journal = join(newFolder(), 'chat.jsonl')
    const { process: child, url } = await startExample('chat', { PORT: '0', JOURNAL: journal })
    for (const path of ['/', '/react/', '/vue/', '/vue/main.ts', '/vue/ChatRoom.vue', '/shared/shell.ts']) {
      expect([path, (await fetch(new URL(path, url))).status]).toEqual([path, 200])
    }
    const one = await enter({ url: url.origin } as Chat, 'one')
    const closed = once(one.socket, 'close')
    child.kill('SIGHUP')
    expect((await closed)[0]).toBe(1001)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  it('says so where its port is taken', async () => {
    const { port } = new URL((await start()).url)
    const { code, said } = await failToStart('chat', { PORT: port, JOURNAL: join(newFolder(), 'chat.jsonl') })
    expect([code, said]).toEqual([1, `Port ${port} is taken: PORT=… chooses another.\n`])
  })
})
