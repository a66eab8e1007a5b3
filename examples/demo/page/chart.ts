import { filter, merge, Subscription, timer } from 'rxjs'
import type { RoomConnection } from './connection.ts'
import { byId, prefersLessMotion, setText } from './dom.ts'
import type { FaultClient } from './fault-client.ts'
import { labelFault } from './fault-text.ts'
import { formatBytes, formatCount } from './format.ts'
import type { Host } from './host.ts'
import { palette$ } from './palette.ts'
import { createPlots, type Plots } from './plots.ts'
import { Timeline } from './timeline.ts'

const SAMPLE_MS = 250
const DRAW_MS = 50
const CALM_DRAW_MS = 500

/** The last minute of the outbox and of `bufferedAmount`, above the states, with faults and signals as marks. */
export function mountChart(connection: RoomConnection, faults: FaultClient, host: Host): Subscription {
  const timeline = new Timeline()
  const subscription = new Subscription()
  subscription.add(
    connection.events$.pipe(filter((event) => event.type === 'state')).subscribe(({ at, state }) => {
      timeline.enter(at, state.status)
    }),
  )
  timeline.enter(Date.now(), connection.state.status)
  subscription.add(faults.records$.subscribe((record) => timeline.mark(record.at, labelFault(record))))
  subscription.add(host.marks$.subscribe(({ at, label }) => timeline.mark(at, label)))
  subscription.add(
    merge(connection.outbox$, timer(0, SAMPLE_MS)).subscribe(() => {
      timeline.sample(Date.now(), connection.outbox)
    }),
  )
  subscription.add(mountFigures(connection))
  subscription.add(mountPlots(timeline))
  return subscription
}

function mountFigures(connection: RoomConnection): Subscription {
  const queued = byId('queued', HTMLElement)
  const queuedBytes = byId('queued-bytes', HTMLElement)
  const native = byId('native', HTMLElement)
  const buffered = byId('buffered', HTMLElement)
  const written = byId('written', HTMLElement)
  const dropped = byId('dropped', HTMLElement)
  return connection.outbox$.subscribe((outbox) => {
    setText(queued, formatCount(outbox.queued))
    setText(queuedBytes, formatBytes(outbox.queuedBytes))
    setText(native, formatBytes(outbox.nativeBufferedAmount))
    setText(buffered, formatBytes(outbox.queuedBytes + outbox.nativeBufferedAmount))
    setText(written, formatCount(outbox.written))
    setText(dropped, formatCount(outbox.dropped))
    // For tests, and for whoever wants it to the byte.
    buffered.dataset.bytes = String(outbox.queuedBytes + outbox.nativeBufferedAmount)
    native.dataset.bytes = String(outbox.nativeBufferedAmount)
  })
}

function mountPlots(timeline: Timeline): Subscription {
  const root = byId('plots', HTMLElement)
  let plots: Plots | undefined
  const subscription = palette$().subscribe((palette) => {
    plots?.destroy()
    plots = createPlots(root, timeline, palette)
  })
  const observer = new ResizeObserver(() => plots?.resize())
  observer.observe(root)
  const pace$ = timer(0, prefersLessMotion() ? CALM_DRAW_MS : DRAW_MS)
  subscription.add(
    pace$.subscribe(() => {
      if (!document.hidden) plots?.draw(Date.now())
    }),
  )
  subscription.add(() => {
    observer.disconnect()
    plots?.destroy()
  })
  return subscription
}
