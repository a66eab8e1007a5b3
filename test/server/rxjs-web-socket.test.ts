import { repeat, retry } from 'rxjs'
import { webSocket } from 'rxjs/webSocket'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { waitFor } from '../support/wait-for.ts'

/** What the page for those who come from it says of rxjs, on a real server. */
describe('webSocket() of rxjs', () => {
  it('completes at a clean 1001, and retry() does not come back; repeat() does', async () => {
    const { url, dials } = await serve((socket) => socket.close(1001))
    const ends: string[] = []
    const observer = { error: () => ends.push('error'), complete: () => ends.push('complete') }
    subjectAt(url)
      .pipe(retry({ delay: 1 }))
      .subscribe(observer)
    await waitFor(() => ends.length > 0)
    expect([ends, dials()]).toEqual([['complete'], 1])
    subjectAt(url)
      .pipe(repeat({ count: 2, delay: 1 }))
      .subscribe(observer)
    await waitFor(() => ends.length > 1)
    expect([ends, dials()]).toEqual([['complete', 'complete'], 3])
  })

  it('loses what was queued when a dial fails', async () => {
    const { url, received, close } = await serve()
    await close()
    const subject = subjectAt(url)
    const errors: unknown[] = []
    subject.subscribe({ error: (error) => errors.push(error) })
    subject.next('queued')
    await waitFor(() => errors.length > 0)
    const again = await serve(undefined, Number(new URL(url).port))
    subject.subscribe({ error: () => undefined })
    subject.next('second')
    await waitFor(() => again.received().length > 0)
    expect([received(), again.received()]).toEqual([[], ['"second"']])
  })

  it('ends with a message that is no JSON', async () => {
    const { url } = await serve((socket) => {
      socket.send('no JSON')
      socket.send('1')
    })
    const seen: unknown[] = []
    subjectAt(url).subscribe({ next: (message) => seen.push(message), error: (error) => seen.push(error) })
    await waitFor(() => seen.length > 0)
    expect(seen).toEqual([expect.any(SyntaxError)])
  })

  it('subscribes once for each subscriber of a multiplex', async () => {
    const { url, received } = await serve()
    const topic = subjectAt(url).multiplex(
      () => 'on',
      () => 'off',
      () => true,
    )
    const subscriptions = [topic.subscribe(), topic.subscribe()]
    await waitFor(() => received().length === 2)
    subscriptions[0]?.unsubscribe()
    await waitFor(() => received().length === 3)
    expect(received()).toEqual(['"on"', '"on"', '"off"'])
    subscriptions[1]?.unsubscribe()
  })
})

function subjectAt(url: string) {
  // `ws` is what a browser's class is, but for its types.
  return webSocket<unknown>({ url, WebSocketCtor: WebSocket as never })
}

async function serve(onConnection?: (socket: WebSocket) => void, port = 0) {
  const received: string[] = []
  let dials = 0
  const server = await new Promise<WebSocketServer>((resolve) => {
    const server: WebSocketServer = new WebSocketServer({ host: '127.0.0.1', port }, () => resolve(server))
  })
  server.on('connection', (socket) => {
    dials += 1
    socket.on('message', (data) => received.push(String(data)))
    onConnection?.(socket)
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no address.')
  const close = () => {
    for (const client of server.clients) client.terminate()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  onTestFinished(() => close())
  return { url: `ws://127.0.0.1:${address.port}`, received: () => received, dials: () => dials, close }
}
