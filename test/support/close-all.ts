// Run as a process of its own: it ends by itself only if close() leaves no socket, listener or timer.
import { once } from 'node:events'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { closed } from './ending.ts'
import { createFaultyProxy } from './faulty-proxy.ts'
import { createServer } from './server.ts'
import { waitFor } from './wait-for.ts'

function dial(url: string): WebSocket {
  return new WebSocket(url).on('error', () => {})
}

const server = await createServer({ silentClose: true })
const proxy = await createFaultyProxy(server)
const clients = [dial(proxy.url), dial(proxy.url)]
await Promise.all(clients.map((client) => once(client, 'open')))
proxy.delay(50_000)
proxy.throttle(10)
for (const client of clients) client.send('under way for long')
proxy.blackHole(true, 'down')
clients.push(dial(proxy.url))
server.hangHandshake()
clients.push(dial(server.url))
const mute = connect(server.port, '127.0.0.1').on('error', () => {})
await server.waitFor(({ handshakes }) => handshakes.length === 3)
await waitFor(() => proxy.accepted === 3)
const never = server.waitFor(() => false, 60_000).catch(() => 'rejected')
const gone = [...clients, mute].map(closed)

await Promise.all([proxy.close(), proxy.close(), server.close(), server.close()])
await Promise.all(gone)
process.stdout.write(`closed, and what still waited was ${await never}`)
