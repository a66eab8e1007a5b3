import { BehaviorSubject, EMPTY, merge, share, switchMap, tap } from 'rxjs'
import { GROUPS } from '../shared/market.ts'
import { CUT_PATH, FEED_PATH } from '../shared/messages.ts'
import { Board } from './board.ts'
import { byId, setText } from './dom.ts'
import { joinFeed, quotesOf } from './feed.ts'
import { Meter } from './meter.ts'
import { Movers } from './movers.ts'
import { batches, type Mode } from './rendering.ts'
import { mountStatus } from './status.ts'

const connection = joinFeed(FEED_PATH)
const meter = new Meter()
const movers = new Movers()
const switches = new Map(GROUPS.map(({ id }) => [id, new BehaviorSubject(true)]))
const board = new Board(byId('board'), GROUPS, (group, isOn) => switches.get(group)?.next(isOn))
mountStatus(connection)

const groups = [...switches].map(([group, isOn$]) =>
  isOn$.pipe(switchMap((isOn) => (isOn ? quotesOf(connection, group) : EMPTY))),
)
// Shared and always listened to: whoever switches the mode subscribes to nothing anew at the server.
const quotes$ = merge(...groups).pipe(
  tap(({ at }) => meter.received(at)),
  share(),
)
const mode$ = new BehaviorSubject<Mode>('frame')
batches(quotes$, mode$).subscribe((quotes) => {
  meter.rendered(board.write(quotes))
  movers.render(quotes)
})

byId('mode').addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement) mode$.next(target.value === 'message' ? 'message' : 'frame')
})
byId('cut').addEventListener('click', async () => {
  // Over plain HTTP: it works while the connection does not.
  const response = await fetch(CUT_PATH, { method: 'POST' }).catch(() => undefined)
  setText(byId('cut-result'), response ? `Cut: ${await response.text()}` : 'The server does not answer.')
})
