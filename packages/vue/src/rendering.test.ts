import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { h, nextTick, watch } from 'vue'
import { component, frame, inScope, openConnection, pass, startServer } from '../../../test/vue/kit.ts'
import { useConnectionState, useLastMessage, useMessages, useOutbox, useWebSocket } from './index.ts'

const BURST = Array.from({ length: 10_000 }, (_, index) => String(index))

describe.each(['visible', 'hidden'] as const)('a burst of 10,000 messages in a %s tab', (visibility) => {
  beforeEach(() => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility)
  })

  it('reaches useMessages whole and in order, and renders nothing', async () => {
    const server = startServer()
    const connection = await openConnection()
    const taken: string[] = []
    const render = vi.fn(() => h('p'))
    mount(
      component(() => {
        useMessages(connection, (message) => taken.push(message))
        return render
      }),
    )
    for (const message of BURST) server.send(message)
    expect(taken).toEqual(BURST)
    await frame()
    expect(render).toHaveBeenCalledTimes(1)
  })

  it('renders useLastMessage once, with the last one', async () => {
    const server = startServer()
    const connection = await openConnection()
    const render = vi.fn()
    const wrapper = mount(
      component(() => {
        const message = useLastMessage(connection)
        return () => {
          render()
          return h('p', message.value)
        }
      }),
    )
    for (const message of BURST) server.send(message)
    await frame()
    expect(wrapper.text()).toBe('9999')
    expect(render).toHaveBeenCalledTimes(2)
  })

  it('runs a watcher at most once a frame, and in the end with the last one', async () => {
    const server = startServer()
    const connection = await openConnection()
    const seen: unknown[] = []
    inScope(() => watch(useLastMessage(connection), (message) => seen.push(message)))
    for (let part = 0; part < 4; part++) {
      for (const message of BURST.slice(part * 2_500, part * 2_500 + 2_500)) server.send(message)
      await frame()
    }
    expect(seen).toEqual(['2499', '4999', '7499', '9999'])
  })

  it('runs a watcher for messages that are all equal', async () => {
    const server = startServer()
    const connection = await openConnection()
    const seen: unknown[] = []
    const taken: string[] = []
    inScope(() => {
      const message = useLastMessage(connection)
      watch(message, (value) => seen.push(value))
      useMessages(connection, (value) => taken.push(value))
    })
    for (let round = 0; round < 3; round++) {
      for (const _ of BURST) server.send('same')
      await frame()
    }
    expect(seen).toEqual(['same', 'same', 'same'])
    expect(taken).toHaveLength(30_000)
  })
})

describe('a component', () => {
  it('renders only for what it reads', async () => {
    const server = startServer()
    const renders = { status: 0, lastMessage: 0, nothing: 0 }
    mount(
      component(() => {
        const { status } = useWebSocket('ws://fake.test')
        return () => h('p', `${status.value}${renders.status++}`)
      }),
    )
    mount(
      component(() => {
        const { lastMessage } = useWebSocket('ws://fake.test')
        return () => h('p', `${String(lastMessage.value)}${renders.lastMessage++}`)
      }),
    )
    mount(
      component(() => {
        const { state, outbox, lastMessage, send } = useWebSocket('ws://fake.test')
        return () =>
          h('p', { onClick: () => [state.value, outbox.value, lastMessage.value, send] }, renders.nothing++)
      }),
    )
    await pass()
    server.send('hello')
    await frame()
    expect(renders).toEqual({ status: 2, lastMessage: 2, nothing: 1 })
  })

  it('renders the state at once, without waiting for a frame', async () => {
    const server = startServer()
    const connection = await openConnection()
    const wrapper = mount(
      component(() => {
        const isOpen = useConnectionState(connection, ({ status }) => status === 'open')
        return () => h('p', String(isOpen.value))
      }),
    )
    server.drop()
    await nextTick()
    expect(wrapper.text()).toBe('false')
  })

  it('renders once for ten thousand messages sent', async () => {
    const server = startServer({ autoAccept: false })
    const connection = await openConnection()
    const render = vi.fn()
    const wrapper = mount(
      component(() => {
        const outbox = useOutbox(connection)
        return () => {
          render()
          return h('p', `${outbox.value.queued} ${outbox.value.written}`)
        }
      }),
    )
    for (const message of BURST) connection.send(message)
    await frame()
    expect(wrapper.text()).toBe('10000 0')
    expect(render).toHaveBeenCalledTimes(2)
    server.accept()
    await pass(500)
    expect(wrapper.text()).toBe('0 10000')
  })
})
