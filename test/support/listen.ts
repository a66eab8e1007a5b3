import { once } from 'node:events'
import { connect, type Server, type Socket } from 'node:net'

export const LOOPBACK = '127.0.0.1'

/** Listens on loopback, on a free port unless one is given, and tells the port. */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, LOOPBACK)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port')
  return address.port
}

/**
 * A connection of the port with itself. While it lives the kernel gives the port to nobody who asks for a free
 * one: a port that is refused for a while stays refused, and can be listened on again.
 */
export async function holdPort(server: Server, port: number): Promise<Socket[]> {
  const outer = connect(port, LOOPBACK)
  const [inner] = (await once(server, 'connection')) as [Socket]
  for (const end of [outer, inner]) end.on('error', () => {})
  return [outer, inner]
}
