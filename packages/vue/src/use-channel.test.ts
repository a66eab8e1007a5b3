import { type Connection, connect, json } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { effectScope, nextTick, ref, shallowRef } from 'vue'
import { errorsOf, frame, inScope, pass, startServer } from '../../../test/vue/kit.ts'
import { type ChannelViewOptions, useChannel } from './index.ts'

interface Tick {
  symbol: string
  price: number
}
type Ask = { on: string; after?: number } | { off: string }

async function setUp() {
  const server = startServer()
  const connection = connect('ws://fake.test/own', { codec: json<Tick, Ask>() })
  await pass()
  const said = () => server.messages.map((data) => JSON.parse(String(data)) as Ask)
  const tick = (symbol: string, price: number) => server.send(JSON.stringify({ symbol, price }))
  return { server, connection, said, tick, errors: errorsOf(connection) }
}

const of = (symbol: () => string): ChannelViewOptions<Tick, Ask> => ({
  subscribe: () => ({ on: symbol() }),
  unsubscribe: () => ({ off: symbol() }),
  filter: (tick) => tick.symbol === symbol(),
})

describe('useChannel', () => {
  it('subscribes once for all who ask for the same, and unsubscribes after the last', async () => {
    const { connection, said, tick } = await setUp()
    const views = [1, 2].map(() =>
      inScope(() =>
        useChannel(
          connection,
          of(() => 'A'),
        ),
      ),
    )
    expect(said()).toEqual([{ on: 'A' }])
    for (let price = 1; price <= 1_000; price++) tick('A', price)
    tick('B', 7)
    expect(views.map(({ result }) => result.value)).toEqual([undefined, undefined])
    await frame()
    expect(views.map(({ result }) => result.value?.price)).toEqual([1_000, 1_000])
    views[0]?.scope.stop()
    await pass()
    expect(said()).toHaveLength(1)
    views[1]?.scope.stop()
    await pass()
    expect(said()).toEqual([{ on: 'A' }, { off: 'A' }])
  })

  it('keeps the subscription for one who comes as the last one leaves', async () => {
    const { connection, said } = await setUp()
    const { scope } = inScope(() =>
      useChannel(
        connection,
        of(() => 'A'),
      ),
    )
    scope.stop()
    inScope(() =>
      useChannel(
        connection,
        of(() => 'A'),
      ),
    )
    await pass()
    expect(said()).toEqual([{ on: 'A' }])
  })

  it('follows what its functions read, and ends what was', async () => {
    const { connection, said, tick } = await setUp()
    const symbol = ref('A')
    const { result } = inScope(() =>
      useChannel(
        connection,
        of(() => symbol.value),
      ),
    )
    tick('A', 1)
    await frame()
    symbol.value = 'B'
    await nextTick()
    expect(result.value).toBeUndefined()
    tick('B', 2)
    tick('A', 3)
    await frame()
    expect(result.value).toEqual({ symbol: 'B', price: 2 })
    expect(said()).toEqual([{ on: 'A' }, { off: 'A' }, { on: 'B' }])
  })

  it('goes by a key where one is given, and by enabled', async () => {
    const { connection, said } = await setUp()
    const view = shallowRef({ key: 'a', enabled: false })
    let id = 0
    inScope(() =>
      useChannel(connection, () => ({
        ...of(() => 'A'),
        subscribe: () => ({ on: `${view.value.key} ${++id}` }),
        ...view.value,
      })),
    )
    expect(said()).toEqual([])
    for (const key of ['a', 'a', 'b', 'b']) {
      view.value = { key, enabled: true }
      await pass()
    }
    view.value = { key: 'b', enabled: false }
    await pass()
    expect(said()).toEqual([{ on: 'a 1' }, { off: 'A' }, { on: 'b 2' }, { off: 'A' }])
  })

  it('shows nothing of before once it is enabled again', async () => {
    const { connection, tick } = await setUp()
    const enabled = ref(true)
    const { result } = inScope(() =>
      useChannel(connection, () => ({ ...of(() => 'A'), enabled: enabled.value })),
    )
    tick('A', 1)
    await frame()
    expect(result.value?.price).toBe(1)
    enabled.value = false
    enabled.value = true
    expect(result.value).toBeUndefined()
    tick('A', 2)
    await frame()
    expect(result.value?.price).toBe(2)
  })

  it('comes back after a reconnect, from where it was', async () => {
    const { connection, server, said, tick } = await setUp()
    inScope(() =>
      useChannel(connection, { ...of(() => 'A'), resume: (last) => ({ on: 'A', after: last.price }) }),
    )
    tick('A', 5)
    server.drop()
    await pass(30_000)
    expect(said()).toEqual([{ on: 'A' }, { on: 'A', after: 5 }])
  })

  it('gives every message to a handler', async () => {
    const { connection, tick } = await setUp()
    const seen: number[] = []
    const { result, scope } = inScope(() =>
      useChannel(
        connection,
        of(() => 'A'),
        ({ price }) => seen.push(price),
      ),
    )
    for (const price of [1, 2]) tick('A', price)
    await frame()
    scope.stop()
    tick('A', 3)
    expect(seen).toEqual([1, 2])
    expect(result.value).toBeUndefined()
  })

  it('calls no handler once its scope has ended, though the message is being told', async () => {
    const { connection, tick } = await setUp()
    const taken: number[] = []
    const other = effectScope()
    const ticks = of(() => 'A')
    inScope(() => useChannel(connection, ticks, () => other.stop()))
    other.run(() => useChannel(connection, ticks, ({ price }) => taken.push(price)))
    tick('A', 1)
    expect(taken).toEqual([])
  })

  it('reports what a handler or a filter throws, and stops no other', async () => {
    const { connection, tick, errors } = await setUp()
    const seen: number[] = []
    const bad = (): never => {
      throw new Error('bad')
    }
    inScope(() => {
      useChannel(
        connection,
        of(() => 'A'),
        bad,
      )
      useChannel(connection, { ...of(() => 'A'), filter: bad }, bad)
      useChannel(
        connection,
        of(() => 'A'),
        ({ price }) => seen.push(price),
      )
    })
    tick('A', 1)
    expect(seen).toEqual([1])
    expect(errors.map(({ code }) => code)).toEqual(['HANDLER', 'HANDLER'])
  })

  it('without subscribe shows the newest message that its filter takes, and asks for nothing', async () => {
    const { connection, said, tick } = await setUp()
    const symbol = ref('A')
    const { result, scope } = inScope(() =>
      useChannel(connection, () => ({
        filter: (message) => message.symbol === symbol.value,
        key: symbol.value,
      })),
    )
    tick('A', 1)
    tick('B', 2)
    await frame()
    expect(result.value?.price).toBe(1)
    symbol.value = 'B'
    await nextTick()
    expect(result.value).toBe(undefined)
    tick('B', 3)
    await frame()
    expect(result.value?.price).toBe(3)
    scope.stop()
    await pass()
    expect(said()).toEqual([])
  })

  it('takes null, and follows to a connection and away', async () => {
    const { connection, said } = await setUp()
    const source = shallowRef<Connection<Tick, Ask> | null>(null)
    const { result } = inScope(() =>
      useChannel(
        source,
        of(() => 'A'),
      ),
    )
    expect(result.value).toBeUndefined()
    source.value = connection
    await pass()
    source.value = null
    await pass()
    expect(said()).toEqual([{ on: 'A' }, { off: 'A' }])
  })
})
