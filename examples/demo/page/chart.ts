import { merge, Subscription, timer } from 'rxjs'
import type { RoomConnection } from './connection.ts'
import { byId, prefersLessMotion, setText } from './dom.ts'
import type { FaultClient } from './fault-client.ts'
import { labelFault } from './fault-text.ts'
import { formatBytes, formatCount } from './format.ts'
import type { Host } from './host.ts'
import type { Lab } from './lab.ts'
import type { LabClient } from './lab-client.ts'
import { palette$ } from './palette.ts'
import { createPlots, type Plots } from './plots.ts'
import type { RoomStreams } from './room-streams.ts'
import { Timeline } from './timeline.ts'

const SAMPLE_MS = 250
const DRAW_MS = 50
const CALM_DRAW_MS = 500

/** The last minute: what goes out, comes in and waits, the states of every client, faults and signals as marks. */
export function mountChart(
  connection: RoomConnection,
  { heard$ }: RoomStreams,
  lab: Lab,
  faults: FaultClient,
  host: Host,
): Subscription {
  const timeline = new Timeline()
  const subscription = new Subscription()
  subscription.add(mountLanes(timeline, lab))
  subscription.add(faults.records$.subscribe((record) => timeline.mark(record.at, labelFault(record))))
  subscription.add(host.marks$.subscribe(({ at, label }) => timeline.mark(at, label)))
  let heard = 0
  subscription.add(heard$.subscribe(() => (heard += 1)))
  const beats$ = timer(0, SAMPLE_MS)
  subscription.add(
    beats$.subscribe(() => timeline.count(Date.now(), { out: connection.outbox.written, in: heard })),
  )
  subscription.add(
    merge(connection.outbox$, beats$).subscribe(() => timeline.sample(Date.now(), connection.outbox)),
  )
  subscription.add(mountFigures(connection))
  subscription.add(mountPlots(timeline))
  return subscription
}

/** A lane for each client, as long as it is there. */
function mountLanes(timeline: Timeline, { clients$ }: Lab): Subscription {
  const lanes = new Map<LabClient, Subscription>()
  return clients$.subscribe((clients) => {
    for (const [client, lane] of lanes) {
      if (clients.includes(client)) continue
      lane.unsubscribe()
      lanes.delete(client)
      timeline.leave(client.key)
    }
    for (const client of clients) {
      if (lanes.has(client)) continue
      const lane = client.status$.subscribe((status) => timeline.enter(client.key, Date.now(), status))
      lanes.set(client, lane)
    }
  })
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
