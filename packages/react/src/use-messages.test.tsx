import type { RawIncoming, RawOutgoing } from '@holdfast/core'
import { act } from '@testing-library/react'
import { expect, it } from 'vitest'
import { ROOM } from '../../../test/react/backends.ts'
import { describeModes, pass } from '../../../test/react/harness.tsx'
import { type MaybeConnection, useMessages, useWebSocket } from './index.ts'

const COUNT = 10_000
const NUMBERS = Array.from({ length: COUNT }, (_, index) => `${index}`)

describeModes('useMessages', (setUp) => {
  it('gets every one of 10,000 messages once, in order, and causes no render', async () => {
    const harness = setUp()
    const { server, show } = harness
    const given = await harness.connection()
    const messages: unknown[] = []
    function Listening() {
      useMessages(given, (message) => messages.push(message))
      return null
    }
    show(<Listening />)
    await act(async () => {
      for (const number of NUMBERS) server.send(number)
    })
    await pass(100)
    expect(messages).toEqual(NUMBERS)
    expect(harness.commits).toBe(1)
  })

  it('calls the newest handler, and misses nothing between two', async () => {
    const { server, show, connection } = setUp()
    const given = await connection()
    const messages: string[] = []
    function Listening({ version }: { version: number }) {
      useMessages(given, (message) => messages.push(`${version} ${message}`))
      return null
    }
    const { rerender } = show(<Listening version={1} />)
    for (let version = 1; version <= 3; version++) {
      rerender(<Listening version={version} />)
      server.send('hello')
    }
    expect(messages).toEqual(['1 hello', '2 hello', '3 hello'])
  })

  it('misses nothing of what a server says first, in children, siblings and parents', async () => {
    const { server, show, options } = setUp()
    server.greeting = 'hello'
    const heard: string[] = []
    function Ear({
      name,
      connection,
    }: {
      name: string
      connection: MaybeConnection<RawIncoming, RawOutgoing>
    }) {
      useMessages(connection, (message) => heard.push(`${name} ${message}`))
      return null
    }
    function Parent() {
      const { connection } = useWebSocket(ROOM, options)
      useMessages(connection, (message) => heard.push(`parent ${message}`))
      return <Ear name="child" connection={connection} />
    }
    function Sibling() {
      const { connection } = useWebSocket(ROOM, options)
      return <Ear name="sibling" connection={connection} />
    }
    show([<Parent key="1" />, <Sibling key="2" />])
    await pass(10)
    expect(heard.sort()).toEqual(['child hello', 'parent hello', 'sibling hello'])
  })

  it('goes on over reconnects, and stops at unmount', async () => {
    const { server, show, connection } = setUp()
    const given = await connection()
    const messages: unknown[] = []
    function Listening() {
      useMessages(given, (message) => messages.push(message))
      return null
    }
    const { unmount } = show(<Listening />)
    server.send('1')
    server.drop()
    await pass(1_010)
    server.send('2')
    unmount()
    server.send('3')
    expect(messages).toEqual(['1', '2'])
  })

  it('reports what a handler throws, and goes on', async () => {
    const { server, show, connection } = setUp()
    const given = await connection()
    const codes: string[] = []
    given.errors$.subscribe(({ code }) => codes.push(code))
    const messages: unknown[] = []
    function Listening() {
      useMessages(given, () => {
        throw new Error('A bad handler')
      })
      useMessages(given, (message) => messages.push(message))
      return null
    }
    show(<Listening />)
    server.send('hello')
    expect(codes).toEqual(['HANDLER'])
    expect(messages).toEqual(['hello'])
  })

  it('hears nothing once it is unmounted, though the message is being told', async () => {
    const { server, showTwo, connection } = setUp()
    const given = await connection()
    const heard: unknown[] = []
    function First({ onEnd }: { onEnd: () => void }) {
      useMessages(given, onEnd)
      return null
    }
    function Second() {
      useMessages(given, (message) => heard.push(message))
      return null
    }
    showTwo(First, Second)
    await pass(10)
    await act(async () => server.send('hello'))
    expect(heard).toEqual([])
  })

  it('takes null', () => {
    const { show } = setUp()
    function Listening({ connection }: { connection: null | undefined }) {
      useMessages(connection, () => expect.unreachable())
      return null
    }
    show([<Listening key="1" connection={null} />, <Listening key="2" connection={undefined} />])
  })
})
