import { connect, type WebSocketConstructor } from '@holdfast/core'
import { ReconnectingWebSocket } from '@holdfast/core/websocket'
import { webSocket } from 'rxjs/webSocket'
import { peers } from './peers.ts'

/** A way to send, and a subscriber that is told of each message. */
export interface Client {
  readonly send: (data: string) => void
  readonly listen: (listener: (data: unknown) => void) => void
  readonly close: () => void
}

export interface ClientKind {
  readonly name: string
  readonly open: (url: string, WebSocket: WebSocketConstructor) => Client
}

/** What all others are compared with. */
export const BARE = 'bare socket'

export const bare: ClientKind = {
  name: BARE,
  open(url, WebSocket) {
    const native = new WebSocket(url)
    return {
      send: (data) => native.send(data as never),
      listen: (listener) =>
        native.addEventListener('message', ((event: MessageEvent) => listener(event.data)) as never),
      close: () => native.close(),
    }
  },
}

const connection: ClientKind = {
  name: 'holdfast',
  open(url, WebSocket) {
    const ours = connect(url, { environment: { WebSocket } })
    return {
      send: (data) => ours.send(data),
      listen: (listener) => ours.messages$.subscribe(listener),
      close: () => void ours.close(),
    }
  },
}

const reconnectingWebSocket: ClientKind = {
  name: 'holdfast, ReconnectingWebSocket',
  open(url, WebSocket) {
    const ours = new ReconnectingWebSocket(url, [], { environment: { WebSocket } })
    return {
      send: (data) => ours.send(data),
      listen: (listener) => ours.addEventListener('message', ({ data }) => listener(data)),
      close: () => ours.close(),
    }
  },
}

const rxjs: ClientKind = {
  name: 'rxjs webSocket',
  open(url, WebSocket) {
    const subject = webSocket<unknown>({
      url,
      WebSocketCtor: WebSocket as never, // as much of the class as it uses
      serializer: (value) => value as string,
      deserializer: ({ data }) => data,
    })
    return {
      send: (data) => subject.next(data),
      listen: (listener) => subject.subscribe(listener),
      close: () => subject.complete(),
    }
  },
}

/** The bare socket first, then ours, then those of the others that are installed. */
export async function clientKinds(): Promise<ClientKind[]> {
  const others = (await peers()).map(({ name, connect }): ClientKind => {
    return {
      name,
      open(url, WebSocket) {
        const socket = connect(url, WebSocket)
        return {
          send: (data) => socket.send(data),
          listen: (listener) => socket.addEventListener('message', ({ data }) => listener(data)),
          close: () => socket.close(),
        }
      },
    }
  })
  return [bare, connection, reconnectingWebSocket, rxjs, ...others]
}
