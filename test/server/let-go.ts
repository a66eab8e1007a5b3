import type { RecordedSocket } from './recorded-socket.ts'

const TOO_BIG = 1009

/** What clients let go of after 1009 (docs/delivery.md): the largest that was not acknowledged, of equal ones the first. */
export function letGo(sockets: readonly RecordedSocket[]): ReadonlySet<string> {
  const gone = new Set<string>()
  for (const { sent, closeCode } of sockets) {
    const messages = sent.map(String).filter((message) => message !== 'ping')
    const [first] = messages.sort((a, b) => b.length - a.length)
    if (closeCode === TOO_BIG && first !== undefined) gone.add(first)
  }
  return gone
}
