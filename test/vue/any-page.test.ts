import { useChannel, useMessageHistory, useMessages, useWebSocket } from '@holdfast/vue'
import { mount } from '@vue/test-utils'
import fc from 'fast-check'
import { it } from 'vitest'
import { defineComponent, h, nextTick, shallowRef } from 'vue'
import { Page, type Seen } from '../views/page.ts'
import { BLANK, componentsOf, listens, type Part, steps } from '../views/screen.ts'
import { component, pass } from './kit.ts'

interface Given {
  readonly part: Part
  readonly seen: Seen
  readonly page: Page
}

const Component = defineComponent(
  (props: Given) => {
    const { seen, page } = props
    const socket = useWebSocket(
      () => props.part.url,
      () => page.optionsOf(props.part),
    )
    const { connection, status, send, deliver } = socket
    const heard = listens(props.part) ? connection : null
    const last = heard && socket.lastMessage
    const history = useMessageHistory(heard, 5)
    useMessages(heard, (message) => seen.messages.push(message))
    useChannel(heard, () => ({
      subscribe: () => `on ${props.part.topic}`,
      unsubscribe: () => `off ${props.part.topic}`,
      filter: () => false,
      enabled: props.part.topic !== undefined,
    }))
    return () => {
      page.meet(connection.value)
      seen.now = {
        connection: connection.value,
        status: status.value,
        last: last?.value,
        history: history.value,
        send,
        deliver,
      }
      return h('p')
    }
  },
  { props: ['part', 'seen', 'page'] },
)

it('shows what is, shares what is one, and loses nothing in silence, whatever a page does', async () => {
  const property = fc.asyncProperty(steps, async (steps) => {
    const shown = shallowRef(BLANK)
    const page = new Page((screen) => {
      shown.value = screen
      return nextTick()
    }, pass)
    const wrapper = mount(
      component(
        () => () =>
          componentsOf(shown.value).map(({ id, part, place }) =>
            h(Component, { key: id, part, seen: page.seen[place] as Seen, page }),
          ),
      ),
    )
    try {
      for (const step of steps) await page.take(step)
      await page.settle()
      await page.leave()
    } finally {
      wrapper.unmount()
      await pass(20_000)
    }
  })
  await fc.assert(property, { numRuns: 60 })
}, 60_000)
