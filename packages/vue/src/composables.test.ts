import { type Connection, connect } from '@holdfast/core'
import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import {
  computed,
  effectScope,
  h,
  KeepAlive,
  nextTick,
  onActivated,
  onMounted,
  onUpdated,
  reactive,
  ref,
  type ShallowRef,
  shallowRef,
  watch,
} from 'vue'
import {
  component,
  errorsOf,
  frame,
  inScope,
  openConnection,
  pass,
  settle,
  startServer,
} from '../../../test/vue/kit.ts'
import {
  useConnectionState,
  useLastMessage,
  useMessageHistory,
  useMessages,
  useOutbox,
  useWebSocket,
} from './index.ts'

type Own = Connection<string, string>

/** Two connections and a ref that holds the first; `send(n, data)` sends to one of them. */
async function twoConnections(): Promise<{
  one: Own
  two: Own
  source: ShallowRef<Own | null>
  send: (index: number, data: string) => void
}> {
  const server = startServer()
  const [one, two] = [await openConnection(), await openConnection()]
  return {
    one,
    two,
    source: shallowRef<Own | null>(one),
    send: (index, data) => server.connections[index]?.send(data),
  }
}

it.each([
  ['reactive state', (socket: Own) => reactive({ socket }).socket as Own],
  ['a deep ref', (socket: Own) => ref({ socket }).value.socket as Own],
])('a connection in %s is itself, and works', async (_name, hold) => {
  const server = startServer()
  const connection = await openConnection()
  const held = hold(connection)
  expect(held).toBe(connection)
  held.send('hello')
  expect(server.messages).toEqual(['hello'])
})

describe.each([
  ['null', () => null],
  ['undefined', () => undefined],
  ['a ref of null', () => shallowRef(null)],
  ['a getter of null', () => () => null],
])('with %s', (_name, make) => {
  it('every composable is at rest', () => {
    const source = make()
    const { result } = inScope(() => ({
      state: useConnectionState(source).value,
      status: useConnectionState(source, ({ status }) => status).value,
      message: useLastMessage(source).value,
      history: useMessageHistory(source, 3).value,
      queued: useOutbox(source).value.queued,
      messages: useMessages(source, () => {}),
    }))
    expect(result).toEqual({
      state: { status: 'idle', attempt: 0 },
      status: 'idle',
      message: undefined,
      history: [],
      queued: 0,
      messages: undefined,
    })
  })
})

describe('every composable', () => {
  it.each([
    ['a ref', (source: ShallowRef<Own | null>) => source],
    ['a computed', (source: ShallowRef<Own | null>) => computed(() => source.value)],
    ['a getter', (source: ShallowRef<Own | null>) => () => source.value],
  ])('follows %s to another connection, and to none', async (_name, wrap) => {
    const { one, two, source, send } = await twoConnections()
    const taken: string[] = []
    const { result } = inScope(() => {
      const from = wrap(source)
      useMessages(from, (message) => taken.push(message))
      return {
        state: useConnectionState(from),
        message: useLastMessage(from),
        history: useMessageHistory(from, 5),
      }
    })
    send(0, 'a')
    send(1, 'not yet')
    await frame()
    expect(result.state.value).toBe(one.state)
    expect([result.message.value, result.history.value]).toEqual(['a', ['a']])
    source.value = two
    // In the same tick: nothing that comes between the change and the next flush is missed.
    send(0, 'no more')
    send(1, 'b')
    await frame()
    expect(result.state.value).toBe(two.state)
    expect([result.message.value, result.history.value, taken]).toEqual(['b', ['b'], ['a', 'b']])
    source.value = null
    await frame()
    send(1, 'c')
    await frame()
    expect(taken).toEqual(['a', 'b'])
    expect([result.state.value.status, result.message.value, result.history.value]).toEqual([
      'idle',
      undefined,
      [],
    ])
  })

  it.each([
    ['onMounted', onMounted],
    ['onActivated', onActivated],
    ['onUpdated', onUpdated],
  ])('may be called in %s', async (_name, hook) => {
    const server = startServer()
    const connection = await openConnection()
    const count = ref(0)
    const taken: string[] = []
    const Part = component(() => {
      hook(() => useMessages(connection, (message) => taken.push(message)))
      return () => h('p', count.value)
    })
    const wrapper = mount(component(() => () => h(KeepAlive, () => h(Part))))
    count.value++
    await nextTick()
    server.send('heard')
    wrapper.unmount()
    server.send('unheard')
    expect(taken).toEqual(['heard'])
  })

  it('shows the connection that whoever watches it has moved on to', async () => {
    const { one, two, source } = await twoConnections()
    const three = await openConnection()
    source.value = null
    const { result } = inScope(() => {
      const state = useConnectionState(source)
      watch(
        state,
        ({ status }) => {
          if (status === 'closed') source.value = two
        },
        { flush: 'sync' },
      )
      return state
    })
    one.close()
    await settle()
    source.value = one
    expect(result.value).toBe(two.state)
    source.value = three
    two.close()
    await settle()
    expect(result.value).toBe(three.state)
  })

  it('leaves a connection that its source has left while it was attached', async () => {
    const { one, two, source, send } = await twoConnections()
    const unobserved: string[] = []
    one.events$.subscribe(({ type }) => type === 'unobserved' && unobserved.push('one'))
    two.events$.subscribe(({ type }) => type === 'unobserved' && unobserved.push('two'))
    source.value = null
    const { result, scope } = inScope(() => {
      const history = useMessageHistory(source, 5)
      watch(
        history,
        () => {
          if (source.value === one) source.value = two
        },
        { flush: 'sync' },
      )
      return history
    })
    source.value = one
    send(0, 'left')
    send(1, 'a')
    await frame()
    expect([result.value, unobserved]).toEqual([['a'], ['one']])
    scope.stop()
    send(1, 'b')
    await frame()
    expect(unobserved).toEqual(['one', 'two'])
  })

  it('follows a source that changes because it was attached', async () => {
    const { two, source, send } = await twoConnections()
    const asleep = connect('ws://fake.test/own', { codec: { encode: String, decode: String }, lazy: true })
    source.value = asleep
    const taken: string[] = []
    inScope(() => {
      watch(
        useConnectionState(source),
        () => {
          source.value = two
        },
        { flush: 'sync' },
      )
      // Wakes it, and so it is left.
      useMessages(source, (message) => taken.push(message))
    })
    send(1, 'a')
    expect(taken).toEqual(['a'])
    await asleep.close()
  })

  it('is at rest while its source throws, which is told once', async () => {
    startServer()
    const connection = await openConnection()
    const isBroken = ref(false)
    const errors: unknown[] = []
    const wrapper = mount(
      component(() => {
        const status = useConnectionState(
          () => {
            if (isBroken.value) throw new Error('mine')
            return connection
          },
          (state) => state.status,
        )
        return () => h('p', status.value)
      }),
      { global: { config: { errorHandler: (error) => errors.push(String(error)) } } },
    )
    isBroken.value = true
    await nextTick()
    expect([wrapper.text(), errors]).toEqual(['idle', ['Error: mine']])
    isBroken.value = false
    await nextTick()
    expect([wrapper.text(), errors.length]).toEqual(['open', 1])
  })

  it('listens for nothing after its scope', async () => {
    const server = startServer()
    const connection = await openConnection()
    const unobserved: number[] = []
    connection.events$.subscribe((event) => {
      if (event.type === 'unobserved') unobserved.push(event.count)
    })
    const { scope } = inScope(() => {
      useMessages(connection, () => {})
      useLastMessage(connection)
      useMessageHistory(connection, 5)
      useOutbox(connection)
      useConnectionState(connection)
    })
    server.send('heard')
    await settle()
    expect(unobserved).toEqual([])
    scope.stop()
    server.send('unheard')
    await settle()
    expect(unobserved).toEqual([1])
    // Longer than the connection itself waits to be called stable.
    await pass(5_000)
    // The watch for sleep, which every open connection keeps.
    expect(vi.getTimerCount()).toBe(1)
  })

  it('works outside of any scope', async () => {
    const { source, send } = await twoConnections()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const taken: string[] = []
    useMessages(source, (message) => taken.push(message))
    const message = useLastMessage(source)
    send(0, 'a')
    await frame()
    expect([message.value, taken]).toEqual(['a', ['a']])
    source.value = null
    expect(message.value).toBeUndefined()
    expect(warn).not.toHaveBeenCalled()
  })
})

describe('useConnectionState', () => {
  it('follows what a selector reads', async () => {
    const server = startServer()
    const connection = await openConnection()
    const field = ref<'status' | 'attempt'>('status')
    const { result } = inScope(() => useConnectionState(connection, (state) => state[field.value]))
    expect(result.value).toBe('open')
    field.value = 'attempt'
    expect(result.value).toBe(1)
    server.drop()
    expect(result.value).toBe(1)
  })
})

describe('useLastMessage', () => {
  it('selects, and triggers only for what is not equal', async () => {
    const server = startServer()
    const connection = await openConnection()
    const seen: unknown[] = []
    const { result } = inScope(() => {
      const first = useLastMessage(connection, (message) => message[0])
      watch(first, (value) => seen.push(value))
      return first
    })
    expect(result.value).toBeUndefined()
    for (const message of ['a1', 'a2', 'b1']) {
      server.send(message)
      await frame()
    }
    expect(seen).toEqual(['a', 'b'])
  })

  it('compares with isEqual, and keeps the old object where it says so', async () => {
    const server = startServer()
    const connection = await openConnection()
    const { result } = inScope(() =>
      useLastMessage(
        connection,
        (message) => ({ size: message.length }),
        (a, b) => a.size === b.size,
      ),
    )
    server.send('abc')
    await frame()
    const before = result.value
    server.send('xyz')
    await frame()
    expect(result.value).toBe(before)
    server.send('four')
    await frame()
    expect(result.value).toEqual({ size: 4 })
  })
})

describe('useMessages', () => {
  it('reports a handler that throws, and goes on', async () => {
    const server = startServer()
    const connection = await openConnection()
    const errors = errorsOf(connection)
    const taken: string[] = []
    inScope(() => {
      useMessages(connection, () => {
        throw new Error('mine')
      })
      useMessages(connection, (message) => taken.push(message))
    })
    server.send('a')
    server.send('b')
    expect(taken).toEqual(['a', 'b'])
    expect(errors.map(({ code }) => code)).toEqual(['HANDLER', 'HANDLER'])
  })

  it('hears nothing once its scope has ended, though the message is being told', async () => {
    const server = startServer()
    const connection = await openConnection()
    const taken: string[] = []
    const other = effectScope()
    inScope(() => useMessages(connection, () => other.stop()))
    other.run(() => useMessages(connection, (message) => taken.push(message)))
    server.send('a')
    expect(taken).toEqual([])
  })

  it('hears a message to the end, though a handler goes over to another connection', async () => {
    const server = startServer()
    const url = ref('ws://fake.test/a')
    const taken: unknown[] = []
    inScope(() => {
      const { connection, send } = useWebSocket(url)
      useMessages(connection, () => {
        url.value = 'ws://fake.test/b'
        send('hello')
      })
      useMessages(connection, (message) => taken.push(message))
    })
    await pass()
    server.send('go')
    await settle()
    expect(taken).toEqual(['go'])
  })

  it('takes messages over reconnects and over lives', async () => {
    const server = startServer()
    const connection = await openConnection()
    const taken: string[] = []
    inScope(() => useMessages(connection, (message) => taken.push(message)))
    server.send('a')
    connection.close()
    await pass()
    connection.open()
    await pass()
    server.send('b')
    expect(taken).toEqual(['a', 'b'])
  })
})

describe('useMessageHistory', () => {
  it('keeps the newest, oldest first, in arrays that never change', async () => {
    const server = startServer()
    const connection = await openConnection()
    const { result } = inScope(() => useMessageHistory(connection, 3))
    for (const message of 'abcd') server.send(message)
    await frame()
    const before = result.value
    expect(before).toEqual(['b', 'c', 'd'])
    server.send('e')
    await frame()
    expect(result.value).toEqual(['c', 'd', 'e'])
    expect(before).toEqual(['b', 'c', 'd'])
  })

  it('follows a limit that changes', async () => {
    const server = startServer()
    const connection = await openConnection()
    const limit = ref(3)
    const { result } = inScope(() => useMessageHistory(connection, limit))
    for (const message of 'abc') server.send(message)
    await frame()
    limit.value = 2
    await nextTick()
    expect(result.value).toEqual(['b', 'c'])
  })

  it.each([0, -1, 1.5, Number.NaN])('throws for a limit of %s', async (limit) => {
    startServer()
    const connection = await openConnection()
    expect(() => inScope(() => useMessageHistory(connection, limit))).toThrow(/whole number/)
  })
})

describe('useOutbox', () => {
  it('begins with the present numbers', async () => {
    startServer({ autoAccept: false })
    const connection = await openConnection()
    inScope(() => useConnectionState(connection))
    connection.send('one')
    const { result } = inScope(() => useOutbox(connection).value.queued)
    expect(result).toBe(1)
  })
})
