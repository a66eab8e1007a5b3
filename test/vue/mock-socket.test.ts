import { json } from '@holdfast/core'
import { useMessages, useWebSocket } from '@holdfast/vue'
import { mount } from '@vue/test-utils'
import { Server, WebSocket } from 'mock-socket'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { h, ref, watch } from 'vue'
import { component, frame, inScope, pass, settle, withSetup } from './kit.ts'

const URL_A = 'ws://mock.test/a'
let server: Server

beforeEach(() => {
  vi.stubGlobal('WebSocket', WebSocket)
  server = new Server(URL_A, { mock: false })
})

afterEach(() => {
  server.stop()
})

describe('over mock-socket', () => {
  it('opens, sends, receives and closes with the component', async () => {
    const received: unknown[] = []
    server.on('connection', (socket) => {
      socket.on('message', (data) => {
        received.push(data)
        socket.send(data)
      })
    })
    const { result, wrapper } = withSetup(() => {
      const { status, lastMessage, send } = useWebSocket(URL_A, { codec: json<{ text: string }>() })
      return { status, lastMessage, send }
    })
    result.send({ text: 'hello' })
    await pass(50)
    await frame()
    expect(result.status.value).toBe('open')
    expect(received).toEqual(['{"text":"hello"}'])
    expect(result.lastMessage.value).toEqual({ text: 'hello' })
    wrapper.unmount()
    await settle()
    expect(server.clients()).toEqual([])
  })

  it('takes every message of a burst, and renders the last', async () => {
    const taken: unknown[] = []
    const runs: unknown[] = []
    const wrapper = mount(
      component(() => {
        const { lastMessage, connection } = useWebSocket(URL_A)
        useMessages(connection, (message) => taken.push(message))
        watch(lastMessage, (message) => runs.push(message))
        return () => h('p', String(lastMessage.value))
      }),
    )
    await pass(50)
    for (let index = 0; index < 1_000; index++) server.emit('message', String(index))
    await frame()
    expect(taken).toHaveLength(1_000)
    expect(runs).toEqual(['999'])
    expect(wrapper.text()).toBe('999')
  })

  it('comes back after a loss', async () => {
    const { result } = inScope(() => useWebSocket(URL_A, { environment: { random: () => 0.5 } }))
    await pass(50)
    server.close({ code: 1006, reason: '', wasClean: false })
    await pass(5)
    expect(result.status.value).toBe('waiting')
    server = new Server(URL_A, { mock: false })
    await pass(10_000)
    expect(result.status.value).toBe('open')
  })

  it('shares one socket among components, and keeps it through a remount', async () => {
    const isShown = ref(true)
    const Part = component(() => {
      const { status } = useWebSocket(URL_A)
      return () => h('i', status.value)
    })
    const wrapper = mount(component(() => () => (isShown.value ? [h(Part), h(Part)] : null)))
    await pass(50)
    expect(server.clients()).toHaveLength(1)
    const [socket] = server.clients()
    isShown.value = false
    await pass(50)
    isShown.value = true
    await settle()
    expect(wrapper.text()).toBe('openopen')
    expect(server.clients()).toEqual([socket])
  })
})
