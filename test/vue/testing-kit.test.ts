import { fakeEnvironment, fakeServer } from '@holdfast/core/testing'
import { useChannel, useMessageHistory, useOutbox, useWebSocket } from '@holdfast/vue'
import { mount } from '@vue/test-utils'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'

const url = 'ws://kit.test/room'

function room(environment?: object) {
  return defineComponent(() => {
    const { status, send, connection } = useWebSocket(url, environment ? { environment } : {})
    const lines = useMessageHistory(connection, 3)
    const outbox = useOutbox(connection)
    const topic = {
      subscribe: () => 'join',
      filter: (message: unknown) => String(message).startsWith('news'),
    }
    const last = useChannel(connection, topic)
    return () => [
      h('p', [status.value, outbox.value.queued, ...lines.value].join(' ')),
      h('i', String(last.value ?? 'no news')),
      h('button', { onClick: () => send('hello') }),
    ]
  })
}

describe('a component with the test kit', () => {
  it('is tested as it is, over the global class, with the fake timers of the runner', async () => {
    const server = fakeServer(url, { global: true })
    onTestFinished(() => server.restore())
    // By chance the wait could be over before it is looked at.
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
    onTestFinished(() => random.mockRestore())
    server.reply((message) => (message === 'join' ? 'news of today' : undefined))
    const wrapper = mount(room())
    await server.connected
    await vi.advanceTimersByTimeAsync(20)
    expect(wrapper.get('p').text()).toBe('open 0 news of today')
    expect(wrapper.get('i').text()).toBe('news of today')
    server.drop()
    await wrapper.get('button').trigger('click')
    await vi.advanceTimersByTimeAsync(20)
    expect(wrapper.get('p').text()).toMatch(/^waiting 1/)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(wrapper.get('p').text()).toMatch(/^open 0/)
    expect(server.messages).toEqual(['join', 'join', 'hello'])
  })

  it('is tested under a virtual clock of its own', async () => {
    const server = fakeServer(url)
    const { environment, clock, page } = fakeEnvironment({ server })
    const wrapper = mount(room(environment))
    await server.connected
    await nextTick()
    expect(wrapper.get('p').text()).toMatch(/^open/)
    page.freeze()
    await nextTick()
    expect(wrapper.get('p').text()).toMatch(/^suspended/)
    page.resume()
    await clock.until(() => server.live.length > 0)
    await clock.advance(16)
    expect(wrapper.get('p').text()).toMatch(/^open/)
  })
})
