import type { OutboxSnapshot } from '@holdfast/core'
import { animationFrameScheduler, auditTime, merge, Subscription } from 'rxjs'
import type { RoomConnection } from './connection.ts'
import { byId, setText } from './dom.ts'
import { formatCount, formatPlural } from './format.ts'
import type { RoomStreams } from './room-streams.ts'
import { Score, type ScoreSnapshot } from './score.ts'
import type { Sender } from './sender.ts'

const KEYS = ['sent', 'back', 'unanswered', 'twice', 'disordered'] as const

/** Shows what became of this page's messages, at most once a frame. */
export function mountScoreboard(
  connection: RoomConnection,
  { sent$ }: Sender,
  { echo$ }: RoomStreams,
): Subscription {
  const score = new Score()
  const cells = KEYS.map((key) => [key, byId(`score-${key}`, HTMLElement)] as const)
  const meter = byId('score-meter', HTMLElement)
  const note = byId('score-note', HTMLElement)

  const subscription = new Subscription()
  subscription.add(sent$.subscribe(({ id }) => score.send(id)))
  subscription.add(echo$.subscribe(({ id }) => score.hear(id)))
  const frames$ = merge(sent$, echo$, connection.outbox$).pipe(auditTime(0, animationFrameScheduler))
  subscription.add(frames$.subscribe(show))
  return subscription

  function show(): void {
    const snapshot = score.snapshot()
    for (const [key, cell] of cells) {
      setText(cell, formatCount(snapshot[key]))
      cell.dataset.zero = String(snapshot[key] === 0)
    }
    meter.style.transform = `scaleX(${snapshot.sent === 0 ? 0 : snapshot.back / snapshot.sent})`
    setText(note, tellScore(snapshot, connection.outbox))
  }
}

/** The numbers in a sentence. */
function tellScore({ sent, unanswered }: ScoreSnapshot, { queued }: OutboxSnapshot): string {
  if (sent === 0) return 'Nothing was sent so far.'
  if (unanswered === 0) return 'Every message came back.'
  const waiting = Math.min(queued, unanswered)
  const left = unanswered - waiting
  const parts: string[] = []
  if (waiting > 0) parts.push(`${formatCount(waiting)} safe in the outbox`)
  if (left > 0) parts.push(`${formatPlural(left, 'message')} written: on the way, or lost at a cut`)
  return `${parts.join('; ')}.`
}
