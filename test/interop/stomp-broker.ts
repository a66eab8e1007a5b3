import type { WebSocket, WebSocketServer } from 'ws'

interface Frame {
  readonly command: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Subscription {
  readonly socket: WebSocket
  readonly id: string
  readonly destination: string
}

/** As little of a STOMP 1.2 broker as a client needs: subscriptions, messages, receipts. */
export class StompBroker {
  readonly subscriptions: Set<Subscription> = new Set()
  readonly #onSend: (frame: Frame) => void
  #messages = 0

  constructor(wss: WebSocketServer, onSend: (frame: Frame) => void) {
    this.#onSend = onSend
    wss.on('connection', (socket) => {
      socket.on('message', (data) => {
        for (const text of String(data).split('\0')) {
          if (text.trim() !== '') this.#receive(socket, parse(text))
        }
      })
      socket.on('close', () => {
        for (const own of this.subscriptions) if (own.socket === socket) this.subscriptions.delete(own)
      })
    })
  }

  publish(destination: string, body: string): void {
    for (const { socket, id } of this.subscriptions) {
      this.#messages += 1
      const headers = { destination, subscription: id, 'message-id': String(this.#messages) }
      socket.send(format({ command: 'MESSAGE', headers, body }))
    }
  }

  #receive(socket: WebSocket, frame: Frame): void {
    const { command, headers } = frame
    const { id = '', destination = '', receipt } = headers
    if (command === 'CONNECT') {
      socket.send(
        format({ command: 'CONNECTED', headers: { version: '1.2', 'heart-beat': '0,0' }, body: '' }),
      )
    } else if (command === 'SUBSCRIBE') this.subscriptions.add({ socket, id, destination })
    else if (command === 'SEND') this.#onSend(frame)
    if (receipt !== undefined) {
      socket.send(format({ command: 'RECEIPT', headers: { 'receipt-id': receipt }, body: '' }))
    }
  }
}

function parse(text: string): Frame {
  const end = text.indexOf('\n\n')
  const [command = '', ...lines] = text.slice(0, end).trimStart().split('\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
  return { command, headers, body: text.slice(end + 2) }
}

function format({ command, headers, body }: Frame): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  return `${command}\n${lines.join('')}\n${body}\0`
}
