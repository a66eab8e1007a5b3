// Plain JavaScript modules in Node, as somebody begins who has just installed it.
import { once } from 'node:events'
import { connect, json } from '@holdfast/core'
import { indexedDbOutbox } from '@holdfast/core/storage'
import { fakeServer } from '@holdfast/core/testing'
import { ReconnectingWebSocket } from '@holdfast/core/websocket'
import { WebSocket, WebSocketServer } from 'ws'

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
await once(server, 'listening')
server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))))
const url = `ws://127.0.0.1:${server.address().port}`

const connection = connect(url, { codec: json(), environment: { WebSocket } })
const answer = new Promise((resolve) => connection.messages$.subscribe(resolve))
connection.send({ text: 'hello' })
console.log(await answer)
await connection.close()

const socket = new ReconnectingWebSocket(url, [], { environment: { WebSocket } })
socket.send('hello')
const [{ data }] = await once(socket, 'message')
console.log(data)
socket.close()
await once(socket, 'close')

console.log(typeof indexedDbOutbox, fakeServer('ws://fake.test').url)
server.close()
