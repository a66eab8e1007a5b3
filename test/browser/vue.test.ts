import {
  type Component,
  createApp,
  defineComponent,
  h,
  KeepAlive,
  nextTick,
  type Ref,
  shallowRef,
  version,
  watch,
} from 'vue'
import { useLastMessage, useMessages, useWebSocket } from '../../packages/vue/src/index.ts'
import type { Root, View } from './view-kit.ts'
import { describeViews } from './views.ts'

interface Props {
  view: View
}

/** A component that shows what its setup returns. */
function showing(setup: (props: Props) => Readonly<Ref<unknown>>): Component {
  return defineComponent(
    (props: Props) => {
      const shown = setup(props)
      return () => {
        props.view.notes.renders += 1
        return h('p', String(shown.value ?? 'none'))
      }
    },
    { props: ['view'] },
  )
}

const open = (props: Props) =>
  useWebSocket(
    () => props.view.url,
    () => props.view.options,
  )

const components: Record<View['shows'], Component> = {
  status: showing((props) => {
    const { status, send, connection } = open(props)
    const { notes } = props.view
    notes.send = send
    useMessages(connection, (message) => notes.messages.push(message))
    watch(status, (value) => notes.addStatus(value), { immediate: true })
    return status
  }),
  last: showing((props) => useLastMessage(open(props).connection)),
  field: showing((props) => open(props).lastMessage),
}

function rootIn(container: Element): Root {
  const views = shallowRef<readonly View[]>([])
  const app = createApp(() =>
    views.value.map((view, key) => {
      const shown = () => h(components[view.shows], { view, key })
      if (view.isAway === undefined) return shown()
      return h(KeepAlive, { key }, () => (view.isAway ? null : shown()))
    }),
  )
  app.mount(container)
  return {
    render(shown) {
      views.value = shown
      return nextTick()
    },
    unmount: () => app.unmount(),
  }
}

describeViews({
  name: `Vue ${version}`,
  framework: 'vue',
  version,
  statusesBefore: [],
  away: { by: '<KeepAlive>', isSocketKept: true },
  createRoot: rootIn,
})
