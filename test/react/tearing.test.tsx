import type { RawIncoming, RawOutgoing } from '@holdfast/core'
import { act } from '@testing-library/react'
import { Profiler, startTransition, useState } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { type MaybeConnection, useConnectionState, useWebSocket } from '../../packages/react/src/index.ts'
import { describeModes, pass } from './harness.tsx'

/** ms after which React lets others have their turn. */
const SLICE = 5
/** The clock that React's scheduler goes by: it took it before there were fake timers. */
const { performance } = globalThis

type Given = MaybeConnection<RawIncoming, RawOutgoing>

// Each alone: where one of them makes React render anew, before the commit, the other is right by that.
describe.each([
  ['useWebSocket', (given: Given) => useWebSocket(given).status],
  ['useConnectionState', (given: Given) => useConnectionState(given).status],
])('%s', (_, useStatus) => {
  describeModes('shows one state in all components', (setUp) => {
    /** Ten components that come by a transition, slow to render; `onHalfWay` is called by the sixth, once. */
    async function setUpTen(onHalfWay: () => void) {
      vi.spyOn(performance, 'now').mockImplementation(Date.now)
      const { server, show, connection } = setUp()
      const given = await connection()
      const rendered = new Set<number>()
      /** What was seen at each commit. */
      const commits: string[] = []
      let onShown = () => {}
      const shown = new Promise<void>((resolve) => {
        onShown = resolve
      })
      let show10 = () => {}
      function Slow({ index }: { index: number }) {
        if (index === 5 && !rendered.has(index)) onHalfWay()
        rendered.add(index)
        vi.advanceTimersByTime(SLICE)
        return <p>{useStatus(given)} </p>
      }
      function App() {
        const [count, setCount] = useState(0)
        show10 = () => startTransition(() => setCount(10))
        return Array.from({ length: count }, (_, index) => index).map((index) => (
          <Slow key={index} index={index} />
        ))
      }
      const look = () => {
        commits.push(document.body.textContent)
        if (document.querySelector('p')) onShown()
      }
      show(
        <Profiler id="ten" onRender={look}>
          <App />
        </Profiler>,
      )
      const lose = () => {
        server.drop()
        vi.advanceTimersByTime(SLICE)
      }
      return { rendered, commits, shown, show10, lose }
    }

    it('though it changed while they were rendered', async () => {
      const ten = await setUpTen(() => ten.lose())
      await act(async () => ten.show10())
      expect(new Set(ten.commits)).toEqual(new Set(['', 'waiting '.repeat(10)]))
      await pass(10)
    })

    it('though it changed while their render was interrupted', async () => {
      let onHalfWay = () => {}
      const halfWay = new Promise<void>((resolve) => {
        onHalfWay = resolve
      })
      const ten = await setUpTen(onHalfWay)
      // Without act(), in which React renders to the end.
      ten.show10()
      await halfWay
      expect([ten.rendered.size, ten.commits]).toEqual([6, ['']])
      ten.lose()
      await ten.shown
      await pass(10)
      expect(new Set(ten.commits)).toEqual(new Set(['', 'waiting '.repeat(10)]))
    })
  })
})
