import { FrameReader, TEXT } from './frame-reader.ts'
import { acceptHandshake, closeFrame, openRawServer, type RawServer } from './raw-server.ts'

export interface ClosingServer extends RawServer {
  readonly received: readonly string[]
}

/** Answers each text message with a close frame: the message is its code. */
export async function openClosingServer(): Promise<ClosingServer> {
  const received: string[] = []
  const server = await openRawServer((socket, head) => {
    const reader = new FrameReader()
    socket.on('data', (chunk: Buffer) => {
      for (const { opcode, payload } of reader.read(chunk)) {
        if (opcode !== TEXT) continue
        received.push(String(payload))
        socket.end(closeFrame(Number(payload), 'why'))
      }
    })
    acceptHandshake(socket, head)
  })
  return Object.assign(server, { received })
}

export interface ChoosyServer extends RawServer {
  /** The subprotocols of each handshake. */
  readonly offered: readonly (readonly string[])[]
}

/** Calls the first handshake too large, and takes the last subprotocol of each later one. */
export async function openChoosyServer(): Promise<ChoosyServer> {
  const offered: string[][] = []
  const server = await openRawServer((socket, head) => {
    const protocols = /^sec-websocket-protocol: *(.*)$/im.exec(head)?.[1]?.split(/, ?/) ?? []
    offered.push(protocols)
    if (offered.length === 1) {
      socket.end('HTTP/1.1 431 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    } else acceptHandshake(socket, head, `Sec-WebSocket-Protocol: ${protocols.at(-1)}\r\n`)
  })
  return Object.assign(server, { offered })
}
