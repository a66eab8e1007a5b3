import { Activity } from 'react'
import { expect, it } from 'vitest'
import { LOBBY, ROOM } from '../../../test/react/backends.ts'
import { describeModes, pass } from '../../../test/react/harness.tsx'
import { useMessages, useWebSocket } from './index.ts'

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
