import { merge, type Subscription, timer } from 'rxjs'
import { countDropped, type Score } from './book.ts'
import { byId, make, setText } from './dom.ts'
import { formatCount } from './format.ts'
import type { Lab } from './lab.ts'
import { CLIENT_NAMES, type LabClient } from './lab-client.ts'

/** How often what was sent is shown; the room's count comes when it comes. */
const REFRESH_MS = 200

const COLUMNS = ['sent', 'arrived', 'twice', 'disordered', 'waiting', 'dropped', 'lost'] as const
type Column = (typeof COLUMNS)[number]

/** The same words as in the head of the table, for where there is no room for one. */
const LABELS: Readonly<Record<Column, string>> = {
  sent: 'Sent',
  arrived: 'Arrived',
  twice: 'Twice',
  disordered: 'Out of order',
  waiting: 'Waiting',
  dropped: 'Dropped',
  lost: 'Lost',
}

interface Row {
  readonly element: HTMLElement
  readonly cells: ReadonlyMap<Column, HTMLElement>
  readonly watch: Subscription
}

/** What became of the messages of every client, as the room has counted them. */
export function mountScoreboard(lab: Lab): Subscription {
  const body = byId('scores', HTMLElement)
  const rows = new Map<LabClient, Row>()
  const clients$ = lab.clients$.subscribe((clients) => {
    for (const [client, row] of rows) {
      if (clients.includes(client)) continue
      row.watch.unsubscribe()
      row.element.remove()
      rows.delete(client)
    }
    for (const client of clients) {
      if (rows.has(client)) continue
      const row = createRow(client)
      rows.set(client, row)
      body.append(row.element)
    }
  })
  const shown$ = merge(lab.ledger$, timer(0, REFRESH_MS)).subscribe(() => {
    for (const [client, row] of rows) showScore(row, lab.score(client))
    showVerdict(lab)
  })
  shown$.add(clients$)
  return shown$
}

function createRow({ key, isOurs, status$ }: LabClient): Row {
  const element = make('tr')
  element.dataset.testid = `score-${key}`
  element.dataset.ours = String(isOurs)
  const name = make('th', '', CLIENT_NAMES[key])
  name.scope = 'row'
  element.append(name)
  const cells = new Map(
    COLUMNS.map((column) => {
      const cell = make('td', 'number', '0')
      cell.dataset.label = LABELS[column]
      cell.dataset.column = column
      cell.dataset.testid = `${key}-${column}`
      element.append(cell)
      return [column, cell] as const
    }),
  )
  const watch = status$.subscribe((status) => {
    element.dataset.status = status
  })
  return { element, cells, watch }
}

function showScore({ cells }: Row, score: Score): void {
  for (const [column, cell] of cells) {
    const count = column === 'dropped' ? countDropped(score) : score[column]
    setText(cell, formatCount(count))
    cell.dataset.zero = String(count === 0)
    if (column === 'dropped') cell.title = tellReasons(score)
  }
}

/** 'overflow: 3, closed: 1' */
export function tellReasons({ dropped }: Pick<Score, 'dropped'>): string {
  return Object.entries(dropped)
    .map(([reason, count]) => `${reason}: ${formatCount(count)}`)
    .join(', ')
}

function showVerdict(lab: Lab): void {
  const ours = lab.clients.filter(({ isOurs }) => isOurs).map((client) => lab.score(client))
  const sum = (read: (score: Score) => number): number =>
    ours.reduce((total, score) => total + read(score), 0)
  const lost = sum((score) => score.lost)
  const twice = sum((score) => score.twice)
  const verdict = byId('score-verdict', HTMLElement)
  verdict.dataset.good = String(lost === 0 && twice === 0)
  setText(verdict, `${formatCount(lost)} lost, ${formatCount(twice)} twice`)
  const waiting = sum((score) => score.waiting)
  const repeats = sum((score) => score.repeats)
  const parts = [`of ${formatCount(sum(({ sent }) => sent))} sent by our three`]
  if (waiting > 0) parts.push(`${formatCount(waiting)} safe and waiting`)
  if (repeats > 0) parts.push(`${formatCount(repeats)} came again and were recognised`)
  const reasons = ours.map(tellReasons).filter((text) => text !== '')
  if (reasons.length > 0) parts.push(`dropped, and told: ${reasons.join('; ')}`)
  setText(byId('score-note', HTMLElement), `${parts.join(' · ')}.`)
}
