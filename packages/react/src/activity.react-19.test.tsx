import type { RawIncoming, RawOutgoing } from '@holdfast/core'
import { Activity, useEffect } from 'react'
import { expect, it } from 'vitest'
import { LOBBY, ROOM } from '../../../test/react/backends.ts'
import { describeModes, FRAME, pass } from '../../../test/react/harness.tsx'
import {
  type MaybeConnection,
  useChannel,
  useMessageHistory,
  useMessages,
  useRequest,
  useWebSocket,
} from './index.ts'

describeModes('useWebSocket in <Activity>', (setUp) => {
  function setUpTabs() {
    const harness = setUp()
    const messages: string[] = []
    function Listening({ url, name }: { url: string; name: string }) {
      const { connection } = useWebSocket(url, harness.options)
      useMessages(connection, (message) => messages.push(`${name} ${message}`))
      return <p>{name}</p>
    }
    // The same elements at every render, and nothing read that changes: what was hidden comes back with what it
    // rendered then.
    const [first, second] = [
      <Listening key="1" url={ROOM} name="1" />,
      <Listening key="2" url={ROOM} name="2" />,
    ]
    const other = <Listening key="3" url={LOBBY} name="3" />
    const tabs = (isFirstVisible: boolean, isSecondThere = false) => [
      <Activity key="1" mode={isFirstVisible ? 'visible' : 'hidden'}>
        {first}
      </Activity>,
      isSecondThere && second,
      other,
    ]
    return { ...harness, messages, tabs }
  }

  it('lets go of its connection while hidden, and connects again when shown', async () => {
    const { server, show, tabs, messages } = setUpTabs()
    const { rerender } = show(tabs(true))
    await pass(10)
    expect(server.live).toEqual([ROOM, LOBBY])
    rerender(tabs(false))
    await pass(200)
    expect(server.live).toEqual([LOBBY])
    rerender(tabs(true))
    await pass(50)
    expect(server.live).toEqual([LOBBY, ROOM])
    server.send('hello')
    expect(messages.sort()).toEqual(['1 hello', '3 hello'])
  })

  it('keeps its socket when hidden for a moment', async () => {
    const { server, show, tabs } = setUpTabs()
    const { rerender } = show(tabs(true))
    await pass(10)
    rerender(tabs(false))
    await pass(50)
    rerender(tabs(true))
    await pass(500)
    expect(server.dials).toEqual([ROOM, LOBBY])
  })

  /** A room that says hello by an effect, its own or a child's; shown or hidden, beside another one that says nothing. */
  function setUpGreeting(by: 'child' | 'itself') {
    const harness = setUp()
    const accepted: boolean[] = []
    function useGreeting(send: ((message: string) => boolean) | undefined): void {
      useEffect(() => {
        if (send) accepted.push(send('hello'))
      }, [send])
    }
    function Child({ send }: { send: (message: string) => boolean }) {
      useGreeting(send)
      return null
    }
    function Room({ isGreeting = true }: { isGreeting?: boolean }) {
      const { send, connection } = useWebSocket(ROOM, harness.options)
      useGreeting(isGreeting && by === 'itself' ? send : undefined)
      return (
        <>
          {useMessageHistory(connection, 10).join()}
          {isGreeting && by === 'child' && <Child send={send} />}
        </>
      )
    }
    // The same element at every render.
    const room = <Room />
    const view = (mode: 'visible' | 'hidden', isOtherThere = false) => [
      <Activity key="1" mode={mode}>
        {room}
      </Activity>,
      isOtherThere && <Room key="2" isGreeting={false} />,
    ]
    return { ...harness, accepted, view }
  }

  it.each([
    { by: 'child', isShared: false },
    { by: 'child', isShared: true },
    { by: 'itself', isShared: true },
  ] as const)(
    'takes what an effect sends when it is shown again: of $by, opened by others meanwhile: $isShared',
    async ({ by, isShared }) => {
      const { server, show, accepted, view } = setUpGreeting(by)
      const { rerender } = show(view('visible'))
      await pass(10)
      rerender(view('hidden'))
      await pass(300)
      rerender(view('hidden', isShared))
      await pass(10)
      const before = server.received.length
      accepted.length = 0
      rerender(view('visible', isShared))
      await pass(20)
      expect(accepted).not.toContain(false)
      expect(server.received.length).toBeGreaterThan(before)
      expect(server.live).toEqual([ROOM])
    },
  )

  it("keeps its history when it is shown again and a child's effect sends", async () => {
    const { server, show, view } = setUpGreeting('child')
    const { rerender, container } = show(view('visible'))
    await pass(10)
    server.send('one')
    await pass(FRAME)
    rerender(view('hidden'))
    await pass(300)
    rerender(view('visible'))
    await pass(20)
    server.send('two')
    await pass(FRAME)
    expect(container.textContent).toBe('one,two')
  })

  it("takes what a child's effect requests when it is shown again", async () => {
    const { server, show, options } = setUp()
    const outcomes: unknown[] = []
    function Child({ connection }: { connection: MaybeConnection<RawIncoming, RawOutgoing> }) {
      const { request } = useRequest(connection, { match: (message) => message === 'ask' })
      useEffect(() => {
        request('ask').then(
          (answer) => outcomes.push(answer),
          ({ code }) => outcomes.push(code),
        )
      }, [request])
      return null
    }
    function Room() {
      return <Child connection={useWebSocket(ROOM, options).connection} />
    }
    const room = <Room />
    const view = (mode: 'visible' | 'hidden') => <Activity mode={mode}>{room}</Activity>
    const { rerender } = show(view('hidden'))
    rerender(view('visible'))
    await pass(10)
    rerender(view('hidden'))
    await pass(300)
    outcomes.length = 0
    rerender(view('visible'))
    await pass(10)
    server.send('ask')
    await pass(FRAME)
    expect(outcomes).not.toContain('CLOSED')
    expect(outcomes.at(-1)).toBe('ask')
  })

  it("takes what a child's effect requests by its parent's function when it is shown again", async () => {
    const { server, show, connection } = setUp()
    const given = await connection()
    const codes: string[] = []
    function Child({ request }: { request: (message: string) => Promise<unknown> }) {
      useEffect(() => {
        request('ask').catch(({ code }) => codes.push(code))
      }, [request])
      return null
    }
    function Room() {
      const { request, status, data } = useRequest(given, { match: (message) => message === 'answer' })
      return (
        <>
          {[status, data].join(' ')}
          <Child request={request} />
        </>
      )
    }
    const room = <Room />
    const view = (mode: 'visible' | 'hidden') => <Activity mode={mode}>{room}</Activity>
    const { rerender, container } = show(view('visible'))
    await pass(10)
    rerender(view('hidden'))
    await pass(10)
    codes.length = 0
    rerender(view('visible'))
    await pass(10)
    expect(codes).not.toContain('CLOSED')
    server.send('answer')
    await pass(FRAME)
    expect(container.textContent).toBe('answered answer')
  })

  it('sends over the present connection what a function of before sends, where the URL has changed while hidden', async () => {
    const { server, show, options } = setUp()
    const sends: ((message: string) => boolean)[] = []
    function Room({ url }: { url: string }) {
      const { send } = useWebSocket(url, options)
      sends.push(send)
      return null
    }
    const view = (mode: 'visible' | 'hidden', url: string) => (
      <Activity mode={mode}>
        <Room url={url} />
      </Activity>
    )
    const { rerender } = show(view('visible', ROOM))
    await pass(20)
    const before = sends.at(-1)
    rerender(view('hidden', ROOM))
    await pass(300)
    rerender(view('hidden', LOBBY))
    await pass(300)
    expect(before?.('late')).toBe(true)
    rerender(view('visible', LOBBY))
    await pass(20)
    expect(server.received).toEqual(['late'])
  })

  it('takes hold of nothing for what is sent while it is hidden', async () => {
    const { server, show, options } = setUp()
    const sends: ((message: string) => boolean)[] = []
    function Room() {
      const { send } = useWebSocket(ROOM, options)
      sends.push(send)
      return null
    }
    const { rerender } = show(
      <Activity mode="visible">
        <Room />
      </Activity>,
    )
    await pass(10)
    rerender(
      <Activity mode="hidden">
        <Room />
      </Activity>,
    )
    await pass(300)
    expect(sends.at(-1)?.('late')).toBe(false)
    await pass(300)
    expect(server.live).toEqual([])
  })

  it('shows no message of a channel that was the newest before it was hidden', async () => {
    const { server, show, connection } = setUp()
    const given = await connection()
    function Newest() {
      return <p>{useChannel(given, { filter: () => true }) as string | undefined}</p>
    }
    const newest = <Newest />
    const view = (mode: 'visible' | 'hidden') => <Activity mode={mode}>{newest}</Activity>
    const { rerender, container } = show(view('visible'))
    await pass(10)
    server.send('old')
    await pass(FRAME)
    expect(container.textContent).toBe('old')
    rerender(view('hidden'))
    await pass(10)
    server.send('missed')
    await pass(FRAME)
    rerender(view('visible'))
    await pass(FRAME)
    expect(container.textContent).toBe('')
  })

  it('dials nothing that was never shown', async () => {
    const { server, show, tabs } = setUpTabs()
    const { rerender } = show(tabs(false))
    await pass(20_000)
    expect(server.dials).toEqual([LOBBY])
    rerender(tabs(true))
    await pass(10)
    expect(server.dials).toEqual([LOBBY, ROOM])
  })

  it('shares the connection that others opened while it was hidden', async () => {
    const { server, show, tabs, messages } = setUpTabs()
    const { rerender } = show(tabs(true))
    await pass(10)
    rerender(tabs(false))
    await pass(200)
    rerender(tabs(false, true))
    await pass(10)
    rerender(tabs(true, true))
    await pass(10)
    expect(server.live).toEqual([LOBBY, ROOM])
    server.send('hello')
    expect(messages.sort()).toEqual(['1 hello', '2 hello', '3 hello'])
  })
})
