import { useChannel, useMessageHistory, useMessages, useWebSocket } from '@holdfast/react'
import { render } from '@testing-library/react'
import fc from 'fast-check'
import { Fragment, StrictMode, startTransition, useEffect } from 'react'
import { it } from 'vitest'
import { Page, type Seen } from '../views/page.ts'
import { componentsOf, listens, type Part, type Screen, steps } from '../views/screen.ts'
import { pass } from './harness.tsx'

function Component({ part, seen, page }: { part: Part; seen: Seen; page: Page }) {
  const { topic } = part
  const socket = useWebSocket(part.url, page.optionsOf(part))
  const { connection, status, send, deliver } = socket
  page.meet(connection)
  const heard = listens(part) ? connection : null
  const last = heard && socket.lastMessage
  const history = useMessageHistory(heard, 5)
  useMessages(heard, (message) => seen.messages.push(message))
  useChannel(heard, {
    subscribe: () => `on ${topic}`,
    unsubscribe: () => `off ${topic}`,
    filter: () => false,
    enabled: topic !== undefined,
  })
  useEffect(() => {
    seen.now = { connection, status, send, deliver, last, history }
  })
  return null
}

it.each([
  { mode: 'StrictMode', Mode: StrictMode },
  { mode: 'none', Mode: Fragment },
])(
  'shows what is, shares what is one, and loses nothing in silence, whatever a page does: $mode',
  async ({ Mode }) => {
    const property = fc.asyncProperty(steps, async (steps) => {
      const { rerender, unmount } = render(null)
      const draw = (screen: Screen): void =>
        rerender(
          <Mode>
            {componentsOf(screen).map(({ id, part, place }) => (
              <Component key={id} part={part} seen={page.seen[place] as Seen} page={page} />
            ))}
          </Mode>,
        )
      const show = (screen: Screen, isUrgent: boolean): void => {
        if (isUrgent) draw(screen)
        else startTransition(() => draw(screen))
      }
      const page = new Page(show, pass)
      try {
        for (const step of steps) await page.take(step)
        await page.settle()
        await page.leave()
      } finally {
        unmount()
        await pass(20_000)
      }
    })
    await fc.assert(property, { numRuns: 60 })
  },
  60_000,
)
