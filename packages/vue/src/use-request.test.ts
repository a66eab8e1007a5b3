import { type Connection, connect, type HoldfastError, json } from '@holdfast/core'
import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { h, ref, shallowRef, watch, watchEffect } from 'vue'
import { component, inScope, pass, settle, startServer } from '../../../test/vue/kit.ts'
import { useRequest, useWebSocket } from './index.ts'

interface Message {
  id: number
  text?: string
}

const ways = ({ id }: Message) => ({ id, idOf: (message: Message) => message.id })

async function setUp(lazy = false) {
  const server = startServer()
  const connection = connect('ws://fake.test/own', { codec: json<Message>(), lazy })
  await pass()
  const source = shallowRef<Connection<Message, Message> | null>(connection)
  const { result, scope } = inScope(() => useRequest(source, ways))
  const ask = (id: number) => {
    const errors: HoldfastError[] = []
    result.request({ id }).catch((error: HoldfastError) => errors.push(error))
    return errors
  }
  const shown = () =>
    [result.status.value, result.data.value?.text, result.error.value?.reason].filter(Boolean).join(' ')
  return { server, source, result, scope, ask, shown }
}

describe('useRequest', () => {
  it('goes to the connection that a URL leads to by then, and is refused where that is bad', async () => {
    const server = startServer()
    server.reply((message) => message)
    const url = ref('ws://fake.test/a')
    const onError = vi.fn()
    let request = (_message: Message): Promise<Message> => Promise.resolve({ id: 0 })
    mount(
      component(() => {
        const { connection } = useWebSocket(url, { codec: json<Message>() })
        request = useRequest(connection, ways).request
        return () => h('p')
      }),
      { global: { config: { errorHandler: onError } } },
    )
    await pass()
    url.value = 'ws://fake.test/b'
    const answer = request({ id: 1 })
    await pass(10)
    await expect(answer).resolves.toEqual({ id: 1 })
    expect(server.connections.map(({ messages }) => messages.length)).toEqual([0, 1])
    url.value = 'ftp://fake.test'
    await expect(request({ id: 2 })).rejects.toMatchObject({ code: 'CLOSED' })
    await pass()
    expect(onError).toHaveBeenCalledOnce()
  })

  it('leaves a good URL that a watcher has put in the place of a bad one', async () => {
    const server = startServer()
    const url = ref('ws://fake.test/a')
    const { result } = inScope(() => {
      const { connection } = useWebSocket(url, { codec: json<Message>() })
      watch(
        connection,
        (present) => {
          if (present === null) url.value = 'ws://fake.test/b'
        },
        { flush: 'sync' },
      )
      return useRequest(connection, ways)
    })
    await pass()
    url.value = 'ftp://fake.test'
    result.request({ id: 1 }).catch(() => {})
    await settle()
    expect(server.live.map((socket) => socket.url)).toEqual(['ws://fake.test/b'])
  })

  it('shows what becomes of a request', async () => {
    const { server, ask, shown } = await setUp()
    expect(shown()).toBe('idle')
    ask(1)
    expect(shown()).toBe('pending')
    server.send('{"id":1,"text":"hello"}')
    await pass()
    expect(shown()).toBe('answered hello')
    ask(2)
    expect(shown()).toBe('pending')
    await pass(30_000)
    expect(shown()).toBe('failed timeout')
  })

  it('aborts the request before, and shows the newest only', async () => {
    const { server, ask, shown } = await setUp()
    const errors = ask(1)
    ask(2)
    server.send('{"id":1,"text":"old"}')
    await pass()
    expect(errors).toMatchObject([{ code: 'DROPPED', reason: 'aborted' }])
    expect(shown()).toBe('pending')
    server.send('{"id":2,"text":"new"}')
    await pass()
    expect(shown()).toBe('answered new')
  })

  it('is cancelled by hand', async () => {
    const { ask, shown, result } = await setUp()
    const errors = ask(1)
    result.cancel()
    await pass()
    expect(shown()).toBe('idle')
    expect(errors).toMatchObject([{ reason: 'aborted' }])
  })

  it.each(['the end of its scope', 'another connection'])(
    'is aborted by %s, also out of the queue',
    async (by) => {
      const { server, ask, shown, scope, source } = await setUp(true)
      const errors = ask(1)
      if (by === 'another connection') source.value = null
      else scope.stop()
      await pass(10)
      expect(errors).toMatchObject([{ code: 'DROPPED', reason: 'aborted' }])
      expect(server.messages).toEqual([])
      expect(shown()).toBe('idle')
    },
  )

  it('leaves no rejection unhandled where its promise is left alone', async () => {
    const { result, shown } = await setUp()
    void result.request({ id: 1 })
    await pass(30_000)
    expect(shown()).toBe('failed timeout')
  })

  it('is not followed by an effect that makes a request', async () => {
    const { result, source } = await setUp()
    let runs = 0
    inScope(() =>
      watchEffect(() => {
        runs += 1
        void result.request({ id: 1 })
      }),
    )
    source.value = null
    await pass()
    expect(runs).toBe(1)
  })

  it('takes null: then a request fails', async () => {
    const { source, ask, shown } = await setUp()
    source.value = null
    const errors = ask(1)
    await pass()
    expect(errors).toMatchObject([{ code: 'CLOSED', reason: 'closed' }])
    expect(shown()).toBe('failed closed')
  })
})
