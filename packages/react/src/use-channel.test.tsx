import { Connection, connect, json } from '@holdfast/core'
import { act } from '@testing-library/react'
import { useLayoutEffect } from 'react'
import { expect, it } from 'vitest'
import { ROOM } from '../../../test/react/backends.ts'
import { describeModes, FRAME, type Harness, pass } from '../../../test/react/harness.tsx'
import { atEnd } from '../../../test/react/of-this-test.ts'
import { type ChannelViewOptions, useChannel } from './index.ts'

interface Tick {
  symbol: string
  price: number
}
type Ask = { on: string; after?: number } | { off: string }

/** A connection with types, open. */
async function openWith(harness: Harness) {
  const connection = connect(ROOM, { ...harness.options, codec: json<Tick, Ask>() })
  expect(connection).toBeInstanceOf(Connection)
  atEnd.unshift(() => void connection.close())
  await pass(10)
  return connection
}

const of = (symbol: string): ChannelViewOptions<Tick, Ask> => ({
  subscribe: () => ({ on: symbol }),
  unsubscribe: () => ({ off: symbol }),
  filter: (tick) => tick.symbol === symbol,
})

const tick = (symbol: string, price: number) => JSON.stringify({ symbol, price })
const said = ({ server }: Harness) => server.received.map((data) => JSON.parse(String(data)) as Ask)

describeModes('useChannel', (setUp) => {
  it('subscribes once for all components that ask for the same, and unsubscribes after the last', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    function Price() {
      const newest = useChannel(connection, of('A'))
      return <p>{newest?.price}</p>
    }
    const { rerender, container } = harness.show([<Price key="1" />, <Price key="2" />])
    await pass(10)
    expect(said(harness)).toEqual([{ on: 'A' }])
    await act(async () => {
      for (let price = 1; price <= 1_000; price++) harness.server.send(tick('A', price))
      harness.server.send(tick('B', 7))
    })
    await pass(FRAME)
    expect(container.textContent).toBe('10001000')
    expect(harness.commits).toBe(2)
    rerender([<Price key="2" />])
    await pass(10)
    expect(said(harness)).toHaveLength(1)
    rerender([])
    await pass(10)
    expect(said(harness)).toEqual([{ on: 'A' }, { off: 'A' }])
  })

  it('keeps the subscription through a remount in one commit', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    function Price() {
      return <p>{useChannel(connection, of('A'))?.price}</p>
    }
    const { rerender } = harness.show(<Price key="1" />)
    rerender(<Price key="2" />)
    await pass(10)
    expect(said(harness)).toEqual([{ on: 'A' }])
  })

  it('follows what is asked for, and ends what was', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    function Price({ symbol }: { symbol: string }) {
      return <p>{useChannel(connection, of(symbol))?.price}</p>
    }
    const { rerender, container } = harness.show(<Price symbol="A" />)
    harness.server.send(tick('A', 1))
    await pass(FRAME)
    rerender(<Price symbol="B" />)
    await pass(10)
    expect(container.textContent).toBe('')
    harness.server.send(tick('B', 2))
    harness.server.send(tick('A', 3))
    await pass(FRAME)
    expect(container.textContent).toBe('2')
    expect(said(harness)).toEqual([{ on: 'A' }, { off: 'A' }, { on: 'B' }])
    expect(said(harness)).toHaveLength(3)
  })

  it('goes by a key where one is given, and by enabled', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    let id = 0
    function Price({ name, isOn }: { name: string; isOn: boolean }) {
      useChannel(connection, {
        ...of('A'),
        subscribe: () => ({ on: `${name} ${++id}` }),
        key: name,
        enabled: isOn,
      })
      return null
    }
    const { rerender } = harness.show(<Price name="a" isOn={false} />)
    await pass(10)
    expect(said(harness)).toEqual([])
    for (const name of ['a', 'a', 'b', 'b']) {
      rerender(<Price name={name} isOn={true} />)
      await pass(10)
    }
    rerender(<Price name="b" isOn={false} />)
    await pass(10)
    expect(said(harness)).toEqual([{ on: 'a 1' }, { off: 'A' }, { on: 'b 2' }, { off: 'A' }])
  })

  it('comes back after a reconnect, from where it was', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    function Price() {
      const newest = useChannel(connection, {
        ...of('A'),
        resume: (last) => ({ on: 'A', after: last.price }),
      })
      return <p>{newest?.price}</p>
    }
    harness.show(<Price />)
    harness.server.send(tick('A', 5))
    await pass(FRAME)
    harness.server.drop()
    await pass(1_010)
    await pass(10)
    expect(said(harness)).toEqual([{ on: 'A' }, { on: 'A', after: 5 }])
  })

  it('gives every message to a handler, the newest one, and renders nothing for it', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    const seen: string[] = []
    function Listening({ version }: { version: number }) {
      useChannel(connection, of('A'), ({ price }) => seen.push(`${version} ${price}`))
      return null
    }
    const { rerender, unmount } = harness.show(<Listening version={1} />)
    for (const price of [1, 2]) harness.server.send(tick('A', price))
    rerender(<Listening version={2} />)
    harness.server.send(tick('A', 3))
    await pass(FRAME)
    expect(harness.commits).toBe(2)
    unmount()
    harness.server.send(tick('A', 4))
    expect(seen).toEqual(['1 1', '1 2', '2 3'])
  })

  it('gives to the handler of the newest render what comes while its effects run', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    const seen: string[] = []
    function Listening({ version }: { version: number }) {
      useLayoutEffect(() => harness.server.send(tick('A', version)), [version])
      useChannel(connection, of('A'), ({ price }) => seen.push(`${version} ${price}`))
      return null
    }
    const { rerender } = harness.show(<Listening version={1} />)
    await pass(FRAME)
    seen.length = 0
    rerender(<Listening version={2} />)
    await pass(FRAME)
    expect(seen).toEqual(['2 2'])
  })

  it('calls no handler of a component that is unmounted, though the message is being told', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    const taken: number[] = []
    function First({ onEnd }: { onEnd: () => void }) {
      useChannel(connection, of('A'), onEnd)
      return null
    }
    function Second() {
      useChannel(connection, of('A'), ({ price }) => taken.push(price))
      return null
    }
    harness.showTwo(First, Second)
    await pass(10)
    act(() => harness.server.send(tick('A', 1)))
    expect(taken).toEqual([])
  })

  it('reports what a handler or a filter throws, and stops no other component', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    const codes: string[] = []
    connection.errors$.subscribe(({ code }) => codes.push(code))
    const seen: number[] = []
    const bad = (): never => {
      throw new Error('bad')
    }
    function Listening() {
      useChannel(connection, of('A'), bad)
      useChannel(connection, { ...of('A'), filter: bad }, bad)
      useChannel(connection, of('A'), ({ price }) => seen.push(price))
      return null
    }
    harness.show(<Listening />)
    harness.server.send(tick('A', 1))
    expect(seen).toEqual([1])
    expect(codes).toEqual(['HANDLER', 'HANDLER'])
  })

  it('without subscribe shows the newest message that its filter takes, and asks for nothing', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    function Price({ symbol }: { symbol: string }) {
      const filter = (message: Tick) => message.symbol === symbol
      return <p>{useChannel(connection, { filter, key: symbol })?.price}</p>
    }
    const { container, rerender, unmount } = harness.show([
      <Price key="1" symbol="A" />,
      <Price key="2" symbol="B" />,
    ])
    const shows = async (...ticks: [symbol: string, price: number][]) => {
      await act(async () => {
        for (const [symbol, price] of ticks) harness.server.send(tick(symbol, price))
      })
      await pass(FRAME)
      return [...container.children].map(({ textContent }) => textContent)
    }
    expect(await shows(['A', 1], ['B', 2], ['C', 3])).toEqual(['1', '2'])
    expect(await shows(['B', 4])).toEqual(['1', '4'])
    rerender([<Price key="1" symbol="C" />, <Price key="2" symbol="B" />])
    expect(await shows()).toEqual(['', '4'])
    unmount()
    await pass(10)
    expect(said(harness)).toEqual([])
  })

  it('takes null', () => {
    const { show } = setUp()
    function Price() {
      return <>{String(useChannel(null, { subscribe: () => 'x', filter: () => true }))}</>
    }
    expect(show(<Price />).container.textContent).toBe('undefined')
  })
})
