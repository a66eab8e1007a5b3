import type { RawIncoming, RawOutgoing } from '@holdfast/core'
import { snapshotsOf } from '@holdfast/core/bindings'
import { act } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { LOBBY, ROOM } from '../../../test/react/backends.ts'
import { describeModes, FRAME, pass } from '../../../test/react/harness.tsx'
import { type UseWebSocketReturn, useWebSocket } from './index.ts'

type Socket = UseWebSocketReturn<RawIncoming, RawOutgoing>
type Field = 'state' | 'status' | 'lastMessage' | 'outbox'

function read(socket: Socket, fields: readonly Field[]): void {
  for (const field of fields) expect(socket).toHaveProperty(field)
}

describeModes('what useWebSocket renders for', (setUp) => {
  function setUpReader(...fields: Field[]) {
    const harness = setUp()
    let socket: Socket | undefined
    function Reader({ url = ROOM, reads = fields }: { url?: string; reads?: Field[] }) {
      socket = useWebSocket(url, harness.options)
      read(socket, reads)
      return null
    }
    const { rerender } = harness.show(<Reader />)
    return {
      ...harness,
      harness,
      render: (props: { url?: string; reads?: Field[] }) => rerender(<Reader {...props} />),
      current: () => socket as Socket,
      /** Commits in the time of some work. */
      async commitsOf(work: () => void) {
        const before = harness.commits
        await act(async () => work())
        await pass(100)
        return harness.commits - before
      },
    }
  }

  it('is nothing for what it did not read', async () => {
    const { harness, server, commitsOf, current } = setUpReader()
    await pass(10)
    expect(harness.commits).toBe(1)
    expect(await commitsOf(() => server.send('hello'))).toBe(0)
    expect(await commitsOf(() => void current().send('hello'))).toBe(0)
    expect(await commitsOf(() => server.drop())).toBe(0)
  })

  it('is the state, for state and status', async () => {
    const { server, commitsOf, current } = setUpReader('status')
    await pass(10)
    expect(await commitsOf(() => server.send('hello'))).toBe(0)
    expect(await commitsOf(() => void current().send('hello'))).toBe(0)
    expect(await commitsOf(() => server.drop())).toBe(1)
  })

  it('is at most one message a frame, and the last one, for lastMessage', async () => {
    const { server, commitsOf, current } = setUpReader('lastMessage')
    await pass(10)
    const burst = () => {
      for (let i = 1; i <= 1_000; i++) server.send(`${i}`)
    }
    expect(await commitsOf(burst)).toBe(1)
    expect(current().lastMessage).toBe('1000')
    expect(await commitsOf(() => server.drop())).toBe(0)
  })

  it('is at most one change of the queue a frame, for outbox', async () => {
    const { server, commitsOf, current } = setUpReader('outbox')
    await pass(100)
    const burst = () => {
      for (let i = 0; i < 100; i++) current().send(`${i}`)
    }
    expect(await commitsOf(burst)).toBeLessThanOrEqual(2)
    expect(current().outbox).toMatchObject({ accepted: 100, written: 100 })
    expect(await commitsOf(() => server.send('hello'))).toBe(0)
  })

  it('grows with what later renders read', async () => {
    const { server, commitsOf, current, render } = setUpReader('status')
    await pass(10)
    expect(await commitsOf(() => server.send('unseen'))).toBe(0)
    render({ reads: ['status', 'lastMessage'] })
    await pass(10)
    expect(await commitsOf(() => server.send('seen'))).toBe(1)
    expect(current().lastMessage).toBe('seen')
  })

  it('is listened for after the render that reads it first, not in it', async () => {
    const { show, connection } = setUp()
    const given = await connection()
    const subscribe = vi.spyOn(snapshotsOf(given), 'subscribe')
    function Reader({ reads }: { reads: Field[] }) {
      read(useWebSocket(given), reads)
      return null
    }
    const { rerender } = show(<Reader reads={['status']} />)
    await pass(0)
    subscribe.mockClear()
    rerender(<Reader reads={['status', 'outbox']} />)
    expect(subscribe).not.toHaveBeenCalled()
    await pass(0)
    expect(subscribe).toHaveBeenCalledOnce()
  })

  it('lets an event handler ask for what was never read, and get the present', async () => {
    const { server, commitsOf, current } = setUpReader()
    await pass(10)
    expect(current().status).toBe('open')
    expect(current().outbox.accepted).toBe(0)
    await pass(10)
    expect(await commitsOf(() => server.drop())).toBe(1)
    expect(current().status).toBe('waiting')
  })

  it('begins anew with another connection, and goes on with what was read', async () => {
    const { server, commitsOf, current, render } = setUpReader('lastMessage')
    await pass(10)
    expect(await commitsOf(() => server.send('room'))).toBe(1)
    render({ url: LOBBY })
    expect(current().lastMessage).toBeUndefined()
    await pass(FRAME)
    expect(await commitsOf(() => server.send('lobby'))).toBe(1)
    expect(current().lastMessage).toBe('lobby')
  })
})
