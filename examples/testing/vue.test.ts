import { fakeServer } from '@holdfast/core/testing'
import { useWebSocket } from '@holdfast/vue'
import { enableAutoUnmount, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'

const url = 'wss://example.com/chat'

const Chat = defineComponent(() => {
  const { status, lastMessage, send } = useWebSocket(url)
  return () => [
    h('p', status.value),
    h('p', String(lastMessage.value ?? 'no news')),
    h('button', { onClick: () => send('hello') }, 'Say hello'),
  ]
})

let server = fakeServer(url)

beforeEach(() => {
  server = fakeServer(url).install()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await server.closed // 100 ms later: a quick remount would have found it
  server.restore()
})

enableAutoUnmount(afterEach) // registered last, runs first

it('sends, and shows what comes', async () => {
  const wrapper = mount(Chat)
  await server.connected
  await nextTick()
  expect(wrapper.text()).toContain('open')

  await wrapper.get('button').trigger('click')
  expect(await server.nextMessage()).toBe('hello')

  server.send('welcome')
  await vi.waitFor(() => expect(wrapper.text()).toContain('welcome')) // at most once a frame
})

it('tells when it is away, and comes back', async () => {
  const wrapper = mount(Chat)
  await server.connected

  vi.spyOn(Math, 'random').mockReturnValue(0) // of all delays, the shortest
  server.drop(1006)
  await nextTick()
  expect(wrapper.text()).toContain('waiting')
  await vi.waitFor(() => expect(wrapper.text()).toContain('open'))
  expect(server.connections).toHaveLength(2)
})
