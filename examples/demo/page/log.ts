import { map, merge, type Observable, type Subscription } from 'rxjs'
import type { RoomConnection } from './connection.ts'
import { byId, make } from './dom.ts'
import type { FaultClient } from './fault-client.ts'
import { formatClock, formatCount } from './format.ts'
import type { Host } from './host.ts'
import { type LogLine, lineOfEvent, lineOfFault, lineOfMark, lineOfNote, lineOfToken } from './log-text.ts'
import type { Sender } from './sender.ts'
import type { TokenNote } from './sign-in.ts'

const MAX_LINES = 200

/** The newest events, faults and notes. Many of one kind make one line with a number. */
export function mountLog(
  connection: RoomConnection,
  faults: FaultClient,
  sender: Sender,
  host: Host,
  tokens$: Observable<TokenNote>,
): Subscription {
  const list = byId('log', HTMLElement)
  let newest: { kind: string | undefined; count: number; badge: HTMLElement } | undefined

  const lines$ = merge(
    connection.events$.pipe(map(lineOfEvent)),
    faults.records$.pipe(map(lineOfFault)),
    host.marks$.pipe(map(lineOfMark)),
    tokens$.pipe(map(lineOfToken)),
    merge(sender.notes$, faults.refusals$).pipe(map(lineOfNote)),
  )
  return lines$.subscribe((line) => {
    if (newest !== undefined && line.kind !== undefined && line.kind === newest.kind) {
      newest.count += 1
      newest.badge.textContent = `×${formatCount(newest.count)}`
      return
    }
    const { item, badge } = render(line)
    newest = { kind: line.kind, count: 1, badge }
    list.prepend(item)
    if (list.childElementCount > MAX_LINES) list.lastElementChild?.remove()
  })
}

function render({ at, label, tone, text }: LogLine): { item: HTMLElement; badge: HTMLElement } {
  const item = make('li')
  item.dataset.tone = tone
  const time = make('time', 'number', formatClock(at))
  time.dateTime = new Date(at).toISOString()
  const badge = make('span', 'times number')
  item.append(time, make('span', 'label', label), make('span', 'text', text), badge)
  return { item, badge }
}
