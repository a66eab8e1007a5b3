import { fakeServer } from '@holdfast/core/testing'
import { useWebSocket } from '@holdfast/react'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const url = 'wss://example.com/chat'

function Chat() {
  const { status, lastMessage, send } = useWebSocket(url)
  return (
    <>
      <p>{status}</p>
      <p>{String(lastMessage ?? 'no news')}</p>
      <button type="button" onClick={() => send('hello')}>
        Say hello
      </button>
    </>
  )
}

let server = fakeServer(url)

beforeEach(() => {
  server = fakeServer(url).install()
})

afterEach(async () => {
  cleanup()
  vi.restoreAllMocks()
  await server.closed // 100 ms later: a quick remount would have found it
  server.restore()
})

it('sends, and shows what comes', async () => {
  render(<Chat />)
  await screen.findByText('open')

  screen.getByRole('button').click()
  expect(await server.nextMessage()).toBe('hello')

  server.send('welcome')
  await screen.findByText('welcome') // at most once a frame
})

it('tells when it is away, and comes back', async () => {
  render(<Chat />)
  await screen.findByText('open')

  vi.spyOn(Math, 'random').mockReturnValue(0) // of all delays, the shortest
  act(() => server.drop(1006))
  screen.getByText('waiting')
  await screen.findByText('open')
  expect(server.connections).toHaveLength(2)
})
