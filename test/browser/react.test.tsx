import { constant } from '@holdfast/core'
import { type ReactNode, StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { useLastMessage, useMessages, useWebSocket } from '../../packages/react/src/index.ts'
import { startLine } from './line.ts'

function show(element: ReactNode) {
  const container = document.createElement('div')
  document.body.append(container)
  const root = createRoot(container)
  onTestFinished(() => {
    root.unmount()
    container.remove()
  })
  root.render(element)
  return {
    unmount: () => root.unmount(),
    text: (expected: string) =>
      vi.waitFor(() => expect(container.textContent).toBe(expected), { timeout: 20_000, interval: 5 }),
  }
}

function Status({ url }: { url: string }) {
  return <p>{useWebSocket(url, { reconnect: { backoff: constant(50) } }).status}</p>
}

it('opens one socket under StrictMode, and closes it after unmount', async () => {
  const line = await startLine()
  const { text, unmount } = show(
    <StrictMode>
      <Status url={line.url} />
    </StrictMode>,
  )
  await text('open')
  expect(await line.report()).toMatchObject({ accepted: 1, live: 1 })
  unmount()
  const { closed } = await line.until({ closed: 1 })
  expect(closed).toMatchObject([{ code: 1005 }])
  expect(await line.report()).toMatchObject({ accepted: 1, live: 0 })
})

it('shares one socket among ten components, which all render its way back after a reset', async () => {
  const line = await startLine()
  const seen = new Set<string>()
  function Watched() {
    const { status } = useWebSocket(line.url, { reconnect: { backoff: constant(200) } })
    useEffect(() => void seen.add(status), [status])
    return <>{status} </>
  }
  const { text } = show(
    Array.from({ length: 10 }, (_, index) => index).map((index) => <Watched key={index} />),
  )
  await text('open '.repeat(10))
  await line.order('reset')
  await text('waiting '.repeat(10))
  await text('open '.repeat(10))
  expect(await line.report()).toMatchObject({ accepted: 2, live: 1 })
  expect([...seen].sort()).toEqual(['connecting', 'idle', 'open', 'waiting'])
})

it('hands 10,000 messages to useMessages without a render, and to useLastMessage at most once a frame', async () => {
  const line = await startLine()
  await line.order('configure', { echo: true })
  const count = 10_000
  const messages: unknown[] = []
  const renders = { every: 0, last: 0 }
  let frames = 0
  let send: (message: string) => boolean = () => false
  function Every() {
    const socket = useWebSocket(line.url)
    send = socket.send
    useMessages(socket.connection, (message) => messages.push(message))
    renders.every += 1
    return null
  }
  function Last() {
    const { connection, status } = useWebSocket(line.url)
    const last = useLastMessage(connection)
    renders.last += 1
    return (
      <>
        {status} {String(last)}
      </>
    )
  }
  const { text } = show([<Every key="1" />, <Last key="2" />])
  await text('open undefined')
  const before = { ...renders }
  const counting = new AbortController()
  const countFrame = (): void => {
    frames += 1
    if (!counting.signal.aborted) requestAnimationFrame(countFrame)
  }
  requestAnimationFrame(countFrame)
  const expected = Array.from({ length: count }, (_, index) => `${index}`)
  for (const message of expected) send(message)
  await text(`open ${count - 1}`)
  counting.abort()
  expect(messages).toEqual(expected)
  expect(renders.every - before.every).toBe(0)
  expect(renders.last - before.last).toBeGreaterThan(0)
  expect(renders.last - before.last).toBeLessThanOrEqual(frames + 1)
})
