import { expect, it } from 'vitest'
import { Timeline, WINDOW_MS } from '../../examples/demo/page/timeline.ts'

const NOW = 1_000_000
const outbox = (queued: number, nativeBufferedAmount = 0) =>
  ({ queued, nativeBufferedAmount }) as Parameters<Timeline['sample']>[1] // as much of it as is drawn

it('has messages a second, from totals that are told at any pace', () => {
  const timeline = new Timeline()
  timeline.count(NOW, { out: 10, in: 0 })
  timeline.count(NOW + 500, { out: 60, in: 20 })
  timeline.sample(NOW + 500, outbox(3, 64))
  const { out, in: incoming, queued, native } = timeline.columns(NOW + 1_000)
  // The second is now: the line reaches the right edge.
  expect([out, incoming, queued, native]).toEqual([
    [100, 100],
    [40, 40],
    [3, 3],
    [64, 64],
  ])
})

it('tells times in seconds before now, and none twice where the clock is set back', () => {
  const timeline = new Timeline()
  timeline.count(NOW, { out: 1, in: 1 })
  timeline.count(NOW - 60_000, { out: 2, in: 2 })
  timeline.sample(NOW, outbox(1))
  timeline.sample(NOW - 60_000, outbox(2))
  const { seconds, out } = timeline.columns(NOW + 2_000)
  expect(seconds).toEqual([-2, -2, 0])
  expect(out).toEqual([0, 0, 0])
})

it('keeps a lane for each client, with the state in which its window begins', () => {
  const timeline = new Timeline()
  timeline.enter('plain', NOW, 'connecting')
  timeline.enter('plain', NOW + 10, 'open')
  timeline.enter('react', NOW + 20, 'open')
  timeline.enter('plain', NOW + WINDOW_MS, 'waiting')
  timeline.columns(NOW + WINDOW_MS + 5_000)
  expect([...timeline.lanes].map(([client, lane]) => [client, lane.map(({ status }) => status)])).toEqual([
    ['plain', ['open', 'waiting']],
    ['react', ['open']],
  ])
  timeline.leave('react')
  expect([...timeline.lanes.keys()]).toEqual(['plain'])
})

it('shows a fault as a mark for a minute', () => {
  const timeline = new Timeline()
  timeline.mark(NOW, 'cut')
  timeline.mark(NOW + 30_000, 'restart')
  timeline.columns(NOW + WINDOW_MS)
  expect(timeline.marks.map(({ label }) => label)).toEqual(['cut', 'restart'])
  timeline.columns(NOW + WINDOW_MS + 1)
  expect(timeline.marks.map(({ label }) => label)).toEqual(['restart'])
})
