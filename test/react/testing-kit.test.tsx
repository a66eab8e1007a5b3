import { fakeEnvironment, fakeServer } from '@holdfast/core/testing'
import { useMessageHistory, useOutbox, useRequest, useWebSocket } from '@holdfast/react'
import { act, fireEvent, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { pass } from './harness.tsx'
import { atEnd } from './of-this-test.ts'

const url = 'ws://kit.test/room'

function Room({ environment }: { environment?: object }) {
  const { status, send, connection } = useWebSocket(url, { ...(environment && { environment }) })
  const lines = useMessageHistory(connection, 3)
  const { queued } = useOutbox(connection)
  const { request, data } = useRequest(connection, { match: (message) => message === 'pong' })
  return (
    <>
      <p role="status">{status}</p>
      <p role="log">{lines.map(String).join(' ')}</p>
      <p role="note">{queued}</p>
      <p role="timer">{String(data ?? 'unasked')}</p>
      <button type="button" onClick={() => send('hello')}>
        say
      </button>
      <button type="button" onClick={() => request('ping')}>
        ask
      </button>
    </>
  )
}

const textOf = (role: string) => screen.getByRole(role).textContent

describe('a component with the test kit', () => {
  it('is tested as it is, over the global class, with the fake timers of the runner', async () => {
    const server = fakeServer(url, { global: true })
    atEnd.push(() => server.restore())
    // By chance the wait could be over before it is looked at.
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    atEnd.push(() => random.mockRestore())
    server.reply((message) => (message === 'ping' ? 'pong' : undefined))
    render(<Room />, { wrapper: StrictMode })
    await act(() => server.connected)
    expect(textOf('status')).toBe('open')
    expect(server.connections).toHaveLength(1)
    for (const text of ['a', 'b', 'c', 'd']) server.send(text)
    await pass(20)
    expect(textOf('log')).toBe('b c d')
    fireEvent.click(screen.getByText('ask'))
    await pass(20)
    expect(textOf('timer')).toBe('pong')
    act(() => server.drop())
    fireEvent.click(screen.getByText('say'))
    await pass(20)
    expect([textOf('status'), textOf('note')]).toEqual(['waiting', '1'])
    await pass(30_000)
    expect([textOf('status'), textOf('note')]).toEqual(['open', '0'])
    expect(server.messages).toEqual(['ping', 'hello'])
  })

  it('is tested under a virtual clock of its own', async () => {
    const server = fakeServer(url)
    const { environment, clock, network } = fakeEnvironment({ server })
    render(<Room environment={environment} />)
    await act(() => server.connected)
    act(() => network.offline())
    act(() => server.drop())
    expect(textOf('status')).toBe('suspended')
    act(() => network.online())
    await act(() => clock.until(() => server.live.length > 0))
    await act(() => clock.advance(16))
    expect(textOf('status')).toBe('open')
  })
})
