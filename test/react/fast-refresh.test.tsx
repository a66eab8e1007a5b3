import { act } from '@testing-library/react'
import { expect, it } from 'vitest'
import { useMessages, useWebSocket } from '../../packages/react/src/index.ts'
import { ROOM } from './backends.ts'
import { describeModes, pass } from './harness.tsx'
import { refreshers, roots } from './refresh-hook.ts'

describeModes('fast refresh', (setUp) => {
  it('keeps the socket, and the messages, when a component is edited', async () => {
    const { server, show, options } = setUp()
    const heard: string[] = []
    function useBody(version: number) {
      // A URL function without a key: shared with nobody, so that only this component can have kept it.
      const { connection, status } = useWebSocket(() => ROOM, options)
      useMessages(connection, (message) => heard.push(`${version} ${message}`))
      return `${version} ${status}`
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
    family.current = Second
    await act(async () => {
      for (const refresher of refreshers) {
        for (const root of roots) {
          refresher.scheduleRefresh(root, { staleFamilies: new Set(), updatedFamilies: new Set([family]) })
        }
      }
    })
    await pass(500)
    expect(container.textContent).toBe('2 open')
    server.send('hello')
    expect(heard).toEqual(['2 hello'])
    expect(server.dials).toEqual([ROOM])
  })
})
