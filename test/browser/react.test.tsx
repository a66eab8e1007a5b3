import { Activity, type ComponentType, Fragment, StrictMode, useEffect, version } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { useLastMessage, useMessages, useWebSocket } from '../../packages/react/src/index.ts'
import type { Notes, Root, View } from './view-kit.ts'
import { describeViews } from './views.ts'

/** React 18 has none. */
const Away: typeof Activity | undefined = Activity

/** In an effect: StrictMode calls components twice. */
function useCount(notes: Notes): void {
  useEffect(() => {
    notes.renders += 1
  })
}

function Status({ url, options, notes }: View) {
  const { status, send, connection } = useWebSocket(url, options)
  useMessages(connection, (message) => notes.messages.push(message))
  useCount(notes)
  useEffect(() => {
    notes.send = send
    notes.addStatus(status)
  })
  return <p>{status}</p>
}

function Last({ url, options, notes }: View) {
  const last = useLastMessage(useWebSocket(url, options).connection)
  useCount(notes)
  return <p>{String(last ?? 'none')}</p>
}

function Field({ url, options, notes }: View) {
  const { lastMessage } = useWebSocket(url, options)
  useCount(notes)
  return <p>{String(lastMessage ?? 'none')}</p>
}

const components: Record<View['shows'], ComponentType<View>> = { status: Status, last: Last, field: Field }

function Shown({ view }: { view: View }) {
  const Component = components[view.shows]
  if (!Away || view.isAway === undefined) return <Component {...view} />
  return (
    <Away mode={view.isAway ? 'hidden' : 'visible'}>
      <Component {...view} />
    </Away>
  )
}

function rootIn(container: Element, Mode: typeof StrictMode): Root {
  const root = createRoot(container)
  return {
    render: (views) =>
      flushSync(() =>
        root.render(
          <Mode>
            {views.map((view, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a place in the page is what a component is known by
              <Shown key={index} view={view} />
            ))}
          </Mode>,
        ),
      ),
    unmount: () => root.unmount(),
  }
}

for (const [name, Mode] of [
  [`React ${version}`, Fragment],
  [`React ${version}, in StrictMode`, StrictMode],
] as const) {
  describeViews({
    name,
    framework: 'react',
    version,
    statusesBefore: ['idle'],
    away: Away === undefined ? undefined : { by: '<Activity>', isSocketKept: false },
    createRoot: (container) => rootIn(container, Mode),
  })
}
