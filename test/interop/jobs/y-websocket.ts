import type { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import type { Job } from '../job.ts'

const SYNC = 0
const [ASKS, ANSWERS, UPDATES] = [0, 1, 2]

export const yWebsocket: Job = {
  protocols: ['yjs'],
  saysLater: true,

  serve({ wss }) {
    const doc = new Y.Doc()
    const synced = new Set<WebSocket>()
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      for (const socket of synced) if (socket !== origin) socket.send(message(UPDATES, update))
    })
    wss.on('connection', (socket) => {
      socket.on('close', () => synced.delete(socket))
      socket.send(message(ASKS, Y.encodeStateVector(doc)))
      socket.on('message', (data: Buffer) => {
        // Others are of who else is there.
        if (data[0] !== SYNC) return
        const content = contentOf(data)
        if (data[1] === ASKS) {
          socket.send(message(ANSWERS, Y.encodeStateAsUpdate(doc, content)))
          synced.add(socket)
        } else Y.applyUpdate(doc, content, socket)
      })
    })
    const heard = doc.getArray<number>('up')
    return {
      get heard() {
        return heard.toArray()
      },
      subscriptions: () => synced.size,
      say: (number) => doc.getArray('down').push([number]),
    }
  },

  begin({ url, WebSocket, retryDelay }) {
    const doc = new Y.Doc()
    const provider = new WebsocketProvider(url, 'room', doc, {
      WebSocketPolyfill: WebSocket,
      protocols: ['yjs'],
      maxBackoffTime: retryDelay,
      disableBc: true,
    })
    const heard = doc.getArray<number>('down')
    return {
      get heard() {
        return heard.toArray()
      },
      say: (number) => doc.getArray('up').push([number]),
      end: () => provider.destroy(),
    }
  },
}

/** A message of the sync protocol: two kinds, a length, and so many bytes. */
function message(kind: number, content: Uint8Array): Uint8Array {
  const length: number[] = []
  let rest = content.length
  for (; rest > 0x7f; rest >>= 7) length.push((rest & 0x7f) | 0x80)
  return Uint8Array.from([SYNC, kind, ...length, rest, ...content])
}

function contentOf(data: Uint8Array): Uint8Array {
  const lengthEnd = data.findIndex((byte, index) => index > 1 && byte < 0x80)
  return data.subarray(lengthEnd + 1)
}
