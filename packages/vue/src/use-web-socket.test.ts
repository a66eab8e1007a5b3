import { type Connection, type HoldfastError, isHoldfastError, json, queryParameter } from '@holdfast/core'
import { snapshotsOf } from '@holdfast/core/bindings'
import { memoryOutbox } from '@holdfast/core/testing'
import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import {
  computed,
  defineComponent,
  h,
  nextTick,
  onMounted,
  reactive,
  ref,
  shallowRef,
  watch,
  watchEffect,
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
  statusAfter,
  withSetup,
} from '../../../test/vue/kit.ts'
import { useMessages, useWebSocket } from './index.ts'

const URL_A = 'ws://fake.test/a'
const URL_B = 'ws://fake.test/b'

describe('useWebSocket', () => {
  it('connects, tells the state and closes with the component', async () => {
    const server = startServer()
    const { result, wrapper } = withSetup(() => useWebSocket(URL_A))
    expect(result.status.value).toBe('connecting')
    await pass()
    expect(result.status.value).toBe('open')
    expect(result.state.value).toBe(result.connection.value?.state)
    wrapper.unmount()
    await settle()
    expect(server.live).toEqual([])
    expect([result.state.value.status, result.status.value]).toEqual(['idle', statusAfter('open')])
    expect(result.connection.value).toBeNull()
  })

  it('renders a component for each status', async () => {
    const server = startServer()
    const seen: string[] = []
    mount(
      component(() => {
        const { status } = useWebSocket(URL_A, { environment: { random: () => 0.5 } })
        return () => {
          seen.push(status.value)
          return h('p', status.value)
        }
      }),
    )
    await pass()
    server.drop()
    await pass(2_100)
    expect(seen).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  })

  it('connects and sends where it is called in onMounted', async () => {
    const server = startServer()
    let socket: { readonly status: { readonly value: string } } | undefined
    const { wrapper } = withSetup(() =>
      onMounted(() => {
        const { status, send } = useWebSocket(URL_A)
        socket = { status }
        send('mounted')
      }),
    )
    await pass()
    expect([socket?.status.value, server.messages]).toEqual(['open', ['mounted']])
    wrapper.unmount()
    await settle()
    expect(server.live).toEqual([])
  })

  it('queues what is sent in setup', async () => {
    const server = startServer()
    const { result } = withSetup(() => {
      const socket = useWebSocket(URL_A)
      socket.send('first')
      return socket
    })
    expect(result.send('second')).toBe(true)
    await pass()
    expect(server.messages).toEqual(['first', 'second'])
  })

  it('delivers, and rejects where there is nobody to deliver to', async () => {
    const server = startServer()
    const url = ref<string | null>(URL_A)
    const { result } = withSetup(() => useWebSocket(url))
    const receipt = result.deliver('hello')
    await pass()
    await expect(receipt).resolves.toEqual({ status: 'written' })
    expect(server.messages).toEqual(['hello'])
    url.value = null
    await expect(result.deliver('hello')).rejects.toMatchObject({ code: 'CLOSED', reason: 'closed' })
  })

  it('shows what was sent and what came', async () => {
    const server = startServer({ autoAccept: false })
    const { result } = withSetup(() => {
      const { outbox, lastMessage, send } = useWebSocket(URL_A, { codec: json<{ n: number }>() })
      return { outbox, lastMessage, send }
    })
    result.send({ n: 1 })
    await pass(17)
    expect(result.outbox.value).toMatchObject({ queued: 1, accepted: 1 })
    server.accept()
    server.send('{"n":2}')
    await pass(17)
    expect(result.outbox.value).toMatchObject({ queued: 0, written: 1 })
    expect(result.lastMessage.value).toEqual({ n: 2 })
  })

  it('follows a field once, however often it is taken', async () => {
    startServer()
    const connection = await openConnection()
    const subscribe = vi.spyOn(snapshotsOf(connection), 'subscribe')
    const { result } = inScope(() => useWebSocket(connection))
    const fields = [1, 2, 3].map(() => [result.lastMessage, result.outbox])
    expect(new Set(fields.flat()).size).toBe(2)
    expect(subscribe.mock.calls.map(([, parts]) => parts)).toEqual([['state'], ['lastMessage'], ['outbox']])
  })

  it('leaves nothing when it is unmounted while connecting', async () => {
    const server = startServer({ autoAccept: false })
    const { wrapper } = withSetup(() => useWebSocket(URL_A))
    await pass()
    wrapper.unmount()
    await settle()
    expect(server.live).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('what a URL may be', () => {
  const dialled = async (use: () => unknown): Promise<string[]> => {
    const server = startServer()
    inScope(use)
    await pass()
    return server.connections.map(({ url }) => url)
  }

  it.each([
    ['a string', () => useWebSocket(URL_A)],
    ['a URL', () => useWebSocket(new URL(URL_A))],
    ['a ref', () => useWebSocket(ref(URL_A))],
    ['a ref of a URL', () => useWebSocket(ref(new URL(URL_A)))],
    ['a computed', () => useWebSocket(computed(() => URL_A))],
    ['a getter', () => useWebSocket(() => URL_A)],
    ['a getter of a URL function', () => useWebSocket(() => () => URL_A)],
    ['a getter of an async URL function', () => useWebSocket(() => async () => URL_A)],
    ['a ref of a URL function', () => useWebSocket(shallowRef(() => URL_A))],
  ])('takes %s', async (_name, use) => {
    expect(await dialled(use)).toEqual([URL_A])
  })

  it.each([
    ['null', () => useWebSocket(null)],
    ['undefined', () => useWebSocket(undefined)],
    ['a ref of null', () => useWebSocket(ref(null))],
    ['a getter of undefined', () => useWebSocket(() => undefined)],
    ['enabled: false', () => useWebSocket(URL_A, { enabled: false })],
  ])('dials nothing for %s', async (_name, use) => {
    expect(await dialled(use)).toEqual([])
  })

  it('calls a bare function without an argument, and a URL function with the attempt', async () => {
    startServer()
    const getter = vi.fn(() => urlOf)
    const urlOf = vi.fn((attempt: number) => `${URL_A}?attempt=${attempt}`)
    inScope(() => useWebSocket(getter))
    await pass()
    expect(getter).toHaveBeenCalledExactlyOnceWith()
    expect(urlOf).toHaveBeenCalledExactlyOnceWith(1)
  })

  it('throws for a URL that nothing can be made of', () => {
    startServer()
    expect(() => inScope(() => useWebSocket('ftp://fake.test'))).toThrow(/ws, wss, http or https/)
  })
})

describe('without a connection', () => {
  it('is idle and takes no message', () => {
    const { result } = inScope(() => useWebSocket(null))
    const { status, lastMessage, outbox, connection, send } = result
    expect(status.value).toBe('idle')
    expect(lastMessage.value).toBeUndefined()
    expect(outbox.value.queued).toBe(0)
    expect(connection.value).toBeNull()
    expect(send('nobody')).toBe(false)
  })

  it('connects when enabled, and lets go when no longer', async () => {
    const server = startServer()
    const enabled = ref(false)
    const { result } = inScope(() => useWebSocket(URL_A, () => ({ enabled: enabled.value })))
    expect(result.connection.value).toBeNull()
    enabled.value = true
    await pass()
    expect(result.status.value).toBe('open')
    enabled.value = false
    await pass()
    expect(result.status.value).toBe('idle')
    await settle()
    expect(server.live).toEqual([])
    expect(server.connections).toHaveLength(1)
  })
})

describe('a change', () => {
  it.each([
    ['URL', { url: URL_B }],
    ['protocols', { protocols: 'v2' }],
    ['key', { key: 'other' }],
  ])('of the %s closes the old connection and opens a new one', async (_name, change) => {
    const server = startServer()
    const props = reactive({ url: URL_A, protocols: 'v1', key: 'one' })
    const { result } = inScope(() =>
      useWebSocket(
        () => props.url,
        () => ({ protocols: props.protocols, key: props.key }),
      ),
    )
    await pass()
    const before = result.connection.value
    Object.assign(props, change)
    await settle()
    expect(result.connection.value).not.toBe(before)
    expect(before?.state.status).toBe('closed')
    expect(server.live).toHaveLength(1)
    expect(server.connections).toHaveLength(2)
  })

  it('of several sources in one tick dials once', async () => {
    const server = startServer()
    const url = ref(URL_A)
    const options = ref({ protocols: 'v1' })
    inScope(() => useWebSocket(url, options))
    await pass()
    url.value = URL_B
    options.value.protocols = 'v2'
    await settle()
    expect(server.connections.map((socket) => [socket.url, ...socket.protocols])).toEqual([
      [URL_A, 'v1'],
      [URL_B, 'v2'],
    ])
  })

  it('of functions reconnects nothing, and the new ones are called', async () => {
    const server = startServer()
    const round = ref(1)
    const released = vi.fn()
    const { result, scope } = inScope(() =>
      useWebSocket(URL_A, () => {
        const prefix = `${round.value}:`
        return {
          codec: { encode: (message: string) => prefix + message, decode: String },
          reconnect: { shouldReconnect: () => undefined },
          onRelease: () => released(prefix),
        }
      }),
    )
    await pass()
    result.send('a')
    round.value = 2
    await nextTick()
    result.send('b')
    expect(server.messages).toEqual(['1:a', '2:b'])
    expect(server.connections).toHaveLength(1)
    scope.stop()
    await settle()
    expect(released).toHaveBeenCalledExactlyOnceWith('2:')
  })

  it('of a URL function reconnects nothing, and the new one is asked', async () => {
    const server = startServer()
    const token = ref('one')
    inScope(() => useWebSocket(() => withToken(token.value), { environment: { random: () => 0 } }))
    function withToken(value: string): () => string {
      return () => `${URL_A}?token=${value}`
    }
    await pass()
    token.value = 'two'
    await settle()
    expect(server.connections).toHaveLength(1)
    server.drop()
    await pass()
    expect(server.connection.url).toBe(`${URL_A}?token=two`)
  })

  it('to a bad URL throws where Vue takes errors, and ends the old connection', async () => {
    const server = startServer()
    const url = ref(URL_A)
    const errors: unknown[] = []
    mount(
      component(() => {
        useWebSocket(url)
        return () => h('div')
      }),
      { global: { config: { errorHandler: (error) => errors.push(error) } } },
    )
    await pass()
    url.value = 'ftp://fake.test'
    await settle()
    expect(errors).toMatchObject([{ code: 'CONFIGURATION' }])
    expect(server.live).toEqual([])
  })

  it.each(['URL', 'options'])(
    'after which the getter of the %s throws ends the old connection, and is told to Vue',
    async (part) => {
      const server = startServer()
      const broken = ref('')
      const onRelease = vi.fn()
      const errors: unknown[] = []
      function asked<T>(name: string, value: T): T {
        if (broken.value === name) throw new Error('mine')
        return value
      }
      mount(
        component(() => {
          useWebSocket(
            () => asked('URL', URL_A),
            () => asked('options', { onRelease }),
          )
          return () => h('div')
        }),
        { global: { config: { errorHandler: (error) => errors.push(String(error)) } } },
      )
      await pass()
      broken.value = part
      await settle()
      expect([errors, server.live]).toEqual([['Error: mine'], []])
      expect(onRelease).toHaveBeenCalledOnce()
      broken.value = ''
      await settle()
      expect([errors.length, server.live.length]).toEqual([1, 1])
    },
  )

  it('may come from whoever is told of the one before', async () => {
    const server = startServer()
    const url = ref(URL_A)
    const taken: unknown[] = []
    inScope(() => {
      const { connection, send } = useWebSocket(url)
      watch(
        connection,
        () => {
          if (url.value !== URL_B) return
          url.value = 'ws://fake.test/c'
          send('to c')
        },
        { flush: 'sync' },
      )
      useMessages(connection, (message) => taken.push(message))
    })
    await pass()
    url.value = URL_B
    await settle()
    server.send('hello')
    expect(server.live.map((socket) => socket.url)).toEqual(['ws://fake.test/c'])
    expect([server.messages, taken]).toEqual([['to c'], ['hello']])
  })

  it('to a bad URL rejects a delivery', async () => {
    startServer()
    const url = ref(URL_A)
    const { result } = inScope(() => useWebSocket(url))
    url.value = 'ftp://fake.test'
    await expect(result.deliver('hello')).rejects.toMatchObject({ code: 'CONFIGURATION' })
  })

  it('is carried out before a message is sent', async () => {
    const server = startServer()
    const url = ref(URL_A)
    const { result } = inScope(() => useWebSocket(url))
    await pass()
    url.value = URL_B
    result.send('to b')
    await pass()
    expect(server.connection.url).toBe(URL_B)
    expect(server.messages).toEqual(['to b'])
    expect(server.connection.messages).toEqual(['to b'])
  })

  it('sends what was queued in a storage once a component asks for it again', async () => {
    const server = startServer({ autoAccept: false })
    const onRelease = vi.fn()
    const options = { onRelease, queue: { storage: memoryOutbox() } }
    const { result, wrapper } = withSetup(() => useWebSocket(URL_A, options))
    await pass()
    result.send('written in a lift')
    wrapper.unmount()
    await settle()
    expect(server.live).toEqual([])
    expect(onRelease).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ stored: ['written in a lift'], undelivered: [] }),
    )
    server.accept()
    withSetup(() => useWebSocket(URL_A, options))
    await settle()
    expect(server.messages).toEqual(['written in a lift'])
  })

  it('drops what was queued and reports it', async () => {
    startServer({ autoAccept: false })
    const url = ref(URL_A)
    const onRelease = vi.fn()
    const { result } = inScope(() => useWebSocket(url, { onRelease }))
    result.send('lost')
    await pass()
    url.value = URL_B
    await settle()
    expect(onRelease).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ undelivered: ['lost'], moved: 0 }),
    )
    expect(result.connection.value?.outbox.queued).toBe(0)
  })

  it("with handover 'move' takes it to the same origin, ahead of what is sent next", async () => {
    const server = startServer({ autoAccept: false })
    const url = ref(URL_A)
    const onRelease = vi.fn()
    const { result } = inScope(() => useWebSocket(url, { onRelease, handover: 'move' }))
    result.send('one')
    await pass()
    url.value = URL_B
    result.send('two')
    await settle()
    server.accept()
    await pass()
    expect(server.messages).toEqual(['one', 'two'])
    expect(onRelease).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ undelivered: [], moved: 1 }))
  })

  it("with handover 'move' takes nothing to another origin", async () => {
    startServer({ autoAccept: false })
    const url = ref(URL_A)
    const onRelease = vi.fn()
    const { result } = inScope(() => useWebSocket(url, { onRelease, handover: 'move' }))
    result.send('secret')
    await pass()
    url.value = 'ws://other.test/a'
    await settle()
    expect(onRelease).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ undelivered: ['secret'], moved: 0 }),
    )
  })
})

describe('sharing', () => {
  it('gives ten components with one key one connection and one retry', async () => {
    const server = startServer()
    const Part = component(() => {
      const { status } = useWebSocket(URL_A, { key: 'shared', environment: { random: () => 0 } })
      return () => h('i', status.value)
    })
    const wrapper = mount(component(() => () => Array.from({ length: 10 }, () => h(Part))))
    await pass()
    expect(wrapper.text()).toBe('open'.repeat(10))
    expect(server.connections).toHaveLength(1)
    server.drop()
    await pass()
    expect(server.connections).toHaveLength(2)
    wrapper.unmount()
    await settle()
    expect(server.live).toEqual([])
  })

  it('keeps one socket through a quick remount', async () => {
    const server = startServer()
    const isShown = ref(true)
    const Part = component(() => {
      const { status } = useWebSocket(URL_A)
      return () => h('i', status.value)
    })
    const wrapper = mount(component(() => () => (isShown.value ? h(Part) : null)))
    await pass()
    for (let round = 0; round < 5; round++) {
      isShown.value = false
      await pass(50)
      isShown.value = true
      await pass(50)
    }
    expect(wrapper.text()).toBe('open')
    expect(server.connections).toHaveLength(1)
  })

  it('shares no connection with a URL function', async () => {
    const server = startServer()
    const url = (): string => URL_A
    inScope(() => [useWebSocket(() => url), useWebSocket(() => url)])
    await pass()
    expect(server.connections).toHaveLength(2)
  })

  it('tells of different plain data under one key, and of nothing for new functions', async () => {
    startServer()
    const one = inScope(() => useWebSocket(URL_A, { key: 'k', connectTimeout: 1_000, onRelease: () => {} }))
    const errors = errorsOf(one.result.connection.value)
    inScope(() => useWebSocket(URL_A, { key: 'k', connectTimeout: 1_000, onRelease: () => {} }))
    await pass()
    expect(errors).toEqual([])
    const other = inScope(() => useWebSocket(URL_A, { key: 'k', connectTimeout: 2_000 }))
    await pass()
    expect(errors).toMatchObject([{ code: 'CONFIGURATION' }])
    expect(other.result.connection.value).toBe(one.result.connection.value)
  })
})

describe('scopes', () => {
  it('lives and ends with an effect scope', async () => {
    const server = startServer()
    const { result, scope } = inScope(() => useWebSocket(URL_A))
    await pass()
    expect(result.status.value).toBe('open')
    scope.stop()
    expect([result.state.value.status, result.status.value]).toEqual(['idle', statusAfter('open')])
    expect(result.send('late')).toBe(false)
    await settle()
    expect(server.live).toEqual([])
  })

  it('stays without any scope, until its source is gone', async () => {
    const server = startServer()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const url = ref<string | null>(URL_A)
    const { status, lastMessage } = useWebSocket(url)
    await pass()
    server.send('hello')
    await pass(17)
    expect([status.value, lastMessage.value]).toEqual(['open', 'hello'])
    url.value = null
    await settle()
    expect(server.live).toEqual([])
    expect(status.value).toBe('idle')
    expect(warn).not.toHaveBeenCalled()
  })

  it('keeps a field without any scope that a component was the first to take', async () => {
    const server = startServer()
    const url = ref<string | null>(URL_A)
    const socket = useWebSocket(url)
    inScope(() => socket.lastMessage).scope.stop()
    await pass()
    server.send('one')
    await frame()
    expect(socket.lastMessage.value).toBe('one')
    url.value = null
    await settle()
    expect(socket.lastMessage.value).toBeUndefined()
  })

  it('does nothing more for a source that changes after the end', async () => {
    const server = startServer()
    const url = ref(URL_A)
    const { result, scope } = inScope(() => useWebSocket(url))
    scope.stop()
    url.value = URL_B
    expect(result.send('late')).toBe(false)
    const { lastMessage } = result
    await settle()
    expect(lastMessage.value).toBeUndefined()
    expect(server.live).toEqual([])
    expect(server.connections.map((socket) => socket.url)).not.toContain(URL_B)
  })
})

describe('a connection of your own', () => {
  it('is shown and left open', async () => {
    const server = startServer()
    const connection = await openConnection()
    const { result, scope } = inScope(() => useWebSocket(connection))
    expect(result.status.value).toBe('open')
    expect(result.connection.value).toBe(connection)
    expect(result.send('hello')).toBe(true)
    expect(server.messages).toEqual(['hello'])
    scope.stop()
    await settle()
    expect(connection.state.status).toBe('open')
  })

  it('may be in a ref, also in a deep one, and change', async () => {
    startServer()
    const [one, two] = [await openConnection(), await openConnection()]
    // Vue's types take a class apart here; the value is what counts.
    const source = ref(one) as unknown as { value: Connection<string, string> | null }
    const { result } = inScope(() => useWebSocket(() => source.value))
    expect(result.connection.value).toBe(one)
    source.value = two
    await nextTick()
    expect(result.connection.value).toBe(two)
    source.value = null
    await nextTick()
    expect(result.status.value).toBe('idle')
  })
})

describe('send', () => {
  it('returns false, with an error, where a message is not taken', async () => {
    startServer({ autoAccept: false })
    const { result } = inScope(() => useWebSocket(URL_A, { queue: { maxMessages: 1 } }))
    const errors = errorsOf(result.connection.value)
    expect(result.send('one')).toBe(true)
    expect(result.send('two')).toBe(false)
    result.connection.value?.close()
    expect(result.send('three')).toBe(false)
    expect(errors.map(({ code }) => code)).toEqual(['OVERFLOW', 'CLOSED'])
  })

  it('does not make an effect follow the connection', async () => {
    const server = startServer()
    const url = ref(URL_A)
    const text = ref('one')
    inScope(() => {
      const { send } = useWebSocket(url)
      watchEffect(() => {
        send(text.value)
      })
    })
    await pass()
    url.value = URL_B
    await settle()
    text.value = 'two'
    await pass()
    expect(server.messages).toEqual(['one', 'two'])
  })

  it('throws for what cannot be encoded', () => {
    startServer()
    const { result } = inScope(() => useWebSocket(URL_A, { codec: json<unknown>() }))
    const error = thrown(() => result.send(1n))
    expect(isHoldfastError(error) && error.code).toBe('ENCODE')
  })
})

describe('what is taken', () => {
  it('does not wake a lazy connection unless somebody takes messages', async () => {
    const server = startServer()
    const { result } = inScope(() => useWebSocket(URL_A, { lazy: true }))
    const { status, outbox } = result
    await pass(17)
    expect([status.value, outbox.value.queued, server.connections.length]).toEqual(['idle', 0, 0])
    const { lastMessage } = result
    await pass()
    expect([status.value, lastMessage.value]).toEqual(['open', undefined])
  })

  it('may be a field that a template takes while it renders', async () => {
    const server = startServer()
    const Show = defineComponent({
      setup: () => useWebSocket(URL_A, { codec: json<number>() }),
      render(): string {
        return `${this.status} ${this.lastMessage}`
      },
    })
    const wrapper = mount(Show)
    await pass()
    server.send('7')
    await pass(17)
    expect(wrapper.text()).toBe('open 7')
    wrapper.unmount()
    await settle()
    expect(server.live).toEqual([])
  })

  it('is read-only', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { result } = inScope(() => useWebSocket(null))
    Object.assign(result.state, { value: 'mine' })
    expect(result.state.value.status).toBe('idle')
    expect(warn).toHaveBeenCalled()
  })
})

describe('options', () => {
  it('may be reactive, and nothing of them is used through a proxy', async () => {
    const server = startServer()
    class Upper {
      readonly #suffix = '!'
      encode(message: string): string {
        return message.toUpperCase() + this.#suffix
      }
      decode(data: unknown): string {
        return String(data)
      }
    }
    const options = reactive({ codec: new Upper() })
    const { result } = inScope(() => useWebSocket(URL_A, () => options))
    result.send('a')
    await pass()
    expect(server.messages).toEqual(['A!'])
  })

  it.each([
    ['a protocol', (options: { protocols: string[] }) => options.protocols.splice(0, 1, 'v2')],
    ['another protocol', (options: { protocols: string[] }) => options.protocols.push('v2')],
    [
      'the identity',
      (options: { auth: { identity: string } }) => Object.assign(options.auth, { identity: 'b' }),
    ],
  ])('may be changed in place: %s', async (_name, change) => {
    const server = startServer()
    class Tokens {
      readonly #token = 'secret'
      readonly via = queryParameter()
      readonly allowInsecure = true
      identity = 'a'
      token(): string {
        return this.#token
      }
    }
    const options = ref({ protocols: ['v1'], auth: new Tokens() })
    const { result } = inScope(() => useWebSocket(URL_A, options))
    await pass()
    const before = result.connection.value
    change(options.value)
    await settle()
    expect(before?.state.status).toBe('closed')
    expect(server.connections).toHaveLength(2)
    expect(server.connection.protocols).toEqual(options.value.protocols)
  })

  it('may have an identity that a class knows by private members', async () => {
    const server = startServer()
    class Session {
      readonly #user = 'ann'
      readonly via = queryParameter()
      readonly allowInsecure = true
      get identity(): string {
        return this.#user
      }
      token(): string {
        return 'secret'
      }
    }
    inScope(() => useWebSocket(URL_A, ref({ auth: new Session() })))
    await pass()
    expect(server.live).toHaveLength(1)
  })

  it('offers the protocols of a connection again that another view has left by a change in place', async () => {
    const server = startServer()
    const environment = { random: () => 0 }
    const options = ref({ protocols: ['v1'], environment })
    inScope(() => [useWebSocket(URL_A, options), useWebSocket(URL_A, { protocols: ['v1'], environment })])
    await pass()
    options.value.protocols[0] = 'v2'
    await settle()
    server.connections[0]?.drop()
    await pass()
    expect(server.connections.map(({ protocols }) => protocols)).toEqual([['v1'], ['v2'], ['v1']])
  })

  it('holds no message as a reactive one', async () => {
    const server = startServer()
    const { result } = inScope(() => useWebSocket(URL_A, { codec: json<{ deep: { n: number } }>() }))
    const seen: unknown[] = []
    const taken: unknown[] = []
    inScope(() => {
      useMessages(result.connection, (message) => seen.push(message))
      watch(result.lastMessage, (message) => taken.push(message))
    })
    await pass()
    server.send('{"deep":{"n":1}}')
    await pass(17)
    expect(taken[0]).toBe(seen[0])
  })
})

function thrown(call: () => unknown): HoldfastError | unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}
