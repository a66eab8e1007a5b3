import { type Connection, connect } from '@holdfast/core'
import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { createApp, h, nextTick, ref, type ShallowRef, shallowRef } from 'vue'
import { component, openConnection, pass, settle, startServer } from '../../../test/vue/kit.ts'
import { holdfast, provideConnection, useConnection, useConnectionState } from './index.ts'

const Status = component(() => {
  const status = useConnectionState(useConnection(), (state) => state.status)
  return () => h('i', status.value)
})

describe('the plugin', () => {
  it('gives a connection to every component', async () => {
    startServer()
    const connection = await openConnection()
    let taken: Readonly<ShallowRef<unknown>> | undefined
    const wrapper = mount(
      component(() => {
        taken = useConnection<string>()
        return () => h(Status)
      }),
      { global: { plugins: [holdfast({ connection })] } },
    )
    expect(taken?.value).toBe(connection)
    expect(wrapper.text()).toBe('open')
    wrapper.unmount()
    await settle()
    expect(connection.state.status).toBe('open')
  })

  it('makes one from a URL, and closes it with the app', async () => {
    const server = startServer()
    const app = createApp(Status).use(holdfast({ url: 'ws://fake.test/app', protocols: 'v1' }))
    const host = document.createElement('div')
    app.mount(host)
    await pass()
    expect(host.textContent).toBe('open')
    expect(server.connections.map(({ url, protocols }) => [url, ...protocols])).toEqual([
      ['ws://fake.test/app', 'v1'],
    ])
    app.unmount()
    await settle()
    expect(server.live).toEqual([])
  })

  it('closes it also where a component throws as the app is unmounted', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const server = startServer()
    const onVnodeBeforeUnmount = (): void => {
      throw new Error('mine')
    }
    const App = component(() => () => h(Status, { onVnodeBeforeUnmount }))
    const app = createApp(App).use(holdfast({ url: 'ws://fake.test/app' }))
    app.mount(document.createElement('div'))
    await pass()
    expect(() => app.unmount()).toThrow('mine')
    await settle()
    expect(server.live).toEqual([])
  })

  it('follows a URL that changes', async () => {
    const server = startServer()
    const url = ref<string | null>(null)
    const wrapper = mount(Status, { global: { plugins: [holdfast({ url })] } })
    await pass()
    expect(wrapper.text()).toBe('idle')
    url.value = 'ws://fake.test/app'
    await settle()
    expect(wrapper.text()).toBe('open')
    url.value = null
    await settle()
    expect(wrapper.text()).toBe('idle')
    expect(server.live).toEqual([])
  })
})

describe('provideConnection', () => {
  it('gives a connection to the components below, and another when it changes', async () => {
    startServer()
    const source = shallowRef<Connection<string, string> | null>(null)
    const wrapper = mount(
      component(() => {
        provideConnection(source)
        return () => h(Status)
      }),
    )
    expect(wrapper.text()).toBe('idle')
    source.value = await openConnection()
    await nextTick()
    expect(wrapper.text()).toBe('open')
  })
})

describe('useConnection', () => {
  it('is null where nothing was provided', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    let taken: unknown = 'nothing'
    mount(
      component(() => {
        taken = useConnection().value
        return () => h('i')
      }),
    )
    expect(taken).toBeNull()
    expect(warn).not.toHaveBeenCalled()
  })

  it('cannot be set by who uses it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    startServer()
    const connection = await openConnection()
    let taken: Readonly<ShallowRef<unknown>> = shallowRef()
    mount(
      component(() => {
        taken = useConnection()
        return () => h('i')
      }),
      { global: { plugins: [holdfast({ connection })] } },
    )
    Reflect.set(taken, 'value', null)
    expect(taken.value).toBe(connection)
    expect(warn).toHaveBeenCalledOnce()
  })

  it('does not make the connection reactive', () => {
    startServer()
    const connection = connect('ws://fake.test', { lazy: true })
    let taken: unknown
    mount(
      component(() => {
        taken = useConnection().value
        return () => h('i')
      }),
      { global: { plugins: [holdfast({ connection: () => connection })] } },
    )
    expect(taken).toBe(connection)
  })
})
