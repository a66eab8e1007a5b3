import { connect } from '@holdfast/core'
import { fakeServer } from '@holdfast/core/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const url = 'wss://example.com/chat'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('comes back within half a minute', async () => {
  using server = fakeServer(url).install()
  const chat = connect(url)
  await server.connected // no timer has to fire for it

  server.drop(1006)
  expect(chat.state.status).toBe('waiting')
  await vi.advanceTimersByTimeAsync(30_000)
  expect(chat.state.status).toBe('open')

  await chat.close()
  expect(vi.getTimerCount()).toBe(0)
})
