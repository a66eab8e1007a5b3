import { connect } from '@holdfast/core'
import { Server, WebSocket } from 'mock-socket'
import { firstValueFrom } from 'rxjs'
import { expect, it, vi } from 'vitest'

const url = 'wss://example.com/chat'

it('talks to a server of mock-socket', async () => {
  const server = new Server(url, { mock: false })
  server.on('connection', (socket) => {
    socket.on('message', (text) => socket.send(`${text}, too`))
  })
  const chat = connect(url, { environment: { WebSocket } })

  chat.send('hello')
  expect(await firstValueFrom(chat.messages$)).toBe('hello, too')

  server.close({ code: 1006, reason: '', wasClean: false }) // it would say 1000 by itself
  await vi.waitFor(() => expect(chat.state.status).toBe('waiting'))

  await chat.close()
  server.stop()
})
