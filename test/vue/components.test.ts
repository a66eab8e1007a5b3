import { useMessages, useWebSocket } from '@holdfast/vue'
import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Component, h, KeepAlive, nextTick, onErrorCaptured, ref, Suspense, Transition } from 'vue'
import { component, frame, pass, settle, startServer } from './kit.ts'

const URL_A = 'ws://fake.test/a'

const Status = component(() => {
  const { status } = useWebSocket(URL_A)
  return () => h('i', status.value)
})

describe('Suspense', () => {
  beforeEach(() => {
    // Vue says that it is experimental.
    vi.spyOn(console, 'info').mockImplementation(() => {})
  })

  it('may wait for the first message', async () => {
    const server = startServer()
    const First = component(async () => {
      const { connection } = useWebSocket(URL_A)
      const first = await new Promise((resolve) => useMessages(connection, resolve))
      return () => h('p', String(first))
    })
    const wrapper = mount(
      component(() => () => h(Suspense, null, { default: () => h(First), fallback: () => 'wait' })),
    )
    await pass()
    expect(wrapper.text()).toBe('wait')
    server.send('hello')
    await pass()
    expect(wrapper.text()).toBe('hello')
    wrapper.unmount()
    await settle()
    expect(server.live).toEqual([])
  })

  it('leaves nothing of a setup that is given up', async () => {
    const server = startServer()
    const isShown = ref(true)
    const Never = component(async () => {
      useWebSocket(URL_A)
      await new Promise(() => {})
      return () => h('p')
    })
    mount(
      component(
        () => () =>
          h(Suspense, null, { default: () => (isShown.value ? h(Never) : h('b')), fallback: () => 'wait' }),
      ),
    )
    await pass()
    expect(server.live).toHaveLength(1)
    isShown.value = false
    await settle()
    expect(server.live).toEqual([])
  })
})

describe('an error boundary', () => {
  it.each([
    [
      'setup',
      component(() => {
        useWebSocket(URL_A)
        throw new Error('mine')
      }),
    ],
    [
      'render',
      component(() => {
        useWebSocket(URL_A)
        return () => {
          throw new Error('mine')
        }
      }),
    ],
  ])('leaves nothing of a component that throws in %s', async (_where, Broken) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const server = startServer()
    const wrapper = mount(boundary(Broken))
    await settle()
    expect(wrapper.text()).toBe('mine')
    expect(server.live).toEqual([])
  })

  it('takes the error of a URL that nothing can be made of', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const Broken = component(() => {
      useWebSocket('ws://fake.test/#fragment')
      return () => h('p')
    })
    const wrapper = mount(boundary(Broken))
    await nextTick()
    expect(wrapper.text()).toMatch(/fragment/)
  })
})

describe('KeepAlive', () => {
  it('keeps the socket and the messages of a component that is away', async () => {
    const server = startServer()
    const isShown = ref(true)
    const taken: unknown[] = []
    const Kept = component(() => {
      const { status, lastMessage, connection } = useWebSocket(URL_A)
      useMessages(connection, (message) => taken.push(message))
      return () => h('i', `${status.value} ${String(lastMessage.value)}`)
    })
    const wrapper = mount(component(() => () => h(KeepAlive, () => (isShown.value ? h(Kept) : h(Empty)))))
    await pass()
    isShown.value = false
    await settle()
    server.send('while away')
    await settle()
    expect(taken).toEqual(['while away'])
    isShown.value = true
    await nextTick()
    expect(wrapper.text()).toBe('open while away')
    expect(server.connections).toHaveLength(1)
    wrapper.unmount()
    await settle()
    expect(server.live).toEqual([])
  })
})

describe('Transition', () => {
  it('lets go of a component when it leaves', async () => {
    const server = startServer()
    const isShown = ref(true)
    mount(component(() => () => h(Transition, () => (isShown.value ? h(Status) : null))))
    await pass()
    isShown.value = false
    await settle()
    expect(server.live).toEqual([])
  })
})

describe('hot reload', () => {
  it.each(['rerender', 'reload'] as const)('keeps one socket through a %s', async (kind) => {
    const server = startServer()
    const before = { __hmrId: kind, setup: setupOf('before'), render: renderOf('before') }
    const hot = hotRuntime()
    hot.createRecord(kind, before)
    const wrapper = mount(component(() => () => h(before)))
    await pass()
    expect(wrapper.text()).toBe('before open')
    if (kind === 'rerender') hot.rerender(kind, renderOf('after'))
    else hot.reload(kind, { __hmrId: kind, setup: setupOf('after'), render: renderOf('after') })
    await frame()
    expect(wrapper.text()).toBe('after open')
    await settle()
    expect(server.connections).toHaveLength(1)
    expect(server.live).toHaveLength(1)
  })
})

const Empty = component(() => () => h('u'))

/** Renders what went wrong below it. */
function boundary(child: Component): Component {
  return component(() => {
    const problem = ref('')
    onErrorCaptured((error) => {
      problem.value = error.message
      return false
    })
    return () => (problem.value === '' ? h(child) : h('b', problem.value))
  })
}

function setupOf(_text: string): () => { status: unknown } {
  return () => ({ status: useWebSocket(URL_A).status })
}

function renderOf(text: string): (props: { status: string }) => unknown {
  return ({ status }) => h('i', `${text} ${status}`)
}

interface HotRuntime {
  createRecord(id: string, component: object): void
  rerender(id: string, render: unknown): void
  reload(id: string, component: object): void
}

/** What bundler plugins call, in development builds of Vue. */
function hotRuntime(): HotRuntime {
  return (globalThis as unknown as { __VUE_HMR_RUNTIME__: HotRuntime }).__VUE_HMR_RUNTIME__
}
