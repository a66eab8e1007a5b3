import { act } from '@testing-library/react'
import { expect, it } from 'vitest'
import { useChannel, useMessageHistory, useMessages, useWebSocket } from '../../packages/react/src/index.ts'
import { ROOM } from './backends.ts'
import { describeModes, FRAME, pass } from './harness.tsx'
import { refreshers, roots } from './refresh-hook.ts'

describeModes('fast refresh', (setUp) => {
  it('keeps the socket, and the messages, when a component is edited', async () => {
    const { server, show, options } = setUp()
    const heard: string[] = []
    function useBody(version: number) {
      // A URL function without a key: shared with nobody, so that only this component can have kept it.
      const { connection, status, lastMessage } = useWebSocket(() => ROOM, options)
      useMessages(connection, (message) => heard.push(`${version} ${message}`))
      const history = useMessageHistory(connection, 10)
      const ofChannel = useChannel(connection, { filter: (message) => message !== 'second' })
      return `${version} ${status} ${lastMessage} ${history} ${ofChannel}`
    }
    function First() {
      return <>{useBody(1)}</>
    }
    function Second() {
      return <>{useBody(2)}</>
    }
    const family = { current: First as typeof First | typeof Second }
    for (const refresher of refreshers) {
      refresher.setRefreshHandler((type) => (type === First || type === Second ? family : undefined))
    }
    roots.clear()
    const { container } = show(<First />)
    await pass(10)
    server.send('first')
    server.send('second')
    await pass(FRAME)
    expect(container.textContent).toBe('1 open second first,second first')
    family.current = Second
    await act(async () => {
      for (const refresher of refreshers) {
        for (const root of roots) {
          refresher.scheduleRefresh(root, { staleFamilies: new Set(), updatedFamilies: new Set([family]) })
        }
      }
    })
    await pass(500)
    expect(container.textContent).toBe('2 open second first,second first')
    server.send('third')
    await pass(FRAME)
    expect(container.textContent).toBe('2 open third first,second,third third')
    expect(heard).toEqual(['1 first', '1 second', '2 third'])
    expect(server.dials).toEqual([ROOM])
  })
})
