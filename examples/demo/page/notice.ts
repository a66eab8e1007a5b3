import type { ConnectionState } from '@holdfast/core'
import { combineLatest, map, type Subscription } from 'rxjs'
import type { FaultStatus } from '../shared/faults.ts'
import type { RoomConnection } from './connection.ts'
import { byId, setText } from './dom.ts'
import type { FaultClient } from './fault-client.ts'

/** Says what the state alone does not show while a lasting fault is on. */
export function mountNotice(connection: RoomConnection, faults: FaultClient): Subscription {
  const notice = byId('notice', HTMLElement)
  return combineLatest([connection.state$, faults.status$])
    .pipe(map(([state, status]) => tellNotice(state, status)))
    .subscribe((text) => {
      notice.hidden = text === ''
      setText(notice, text)
    })
}

function tellNotice(state: ConnectionState, status: FaultStatus | null): string {
  if (status === null) return 'The demo’s own server does not answer. Is npm start still running?'
  const { blackHole, isReading, isSlow } = status
  if (blackHole) return tellHole(state, blackHole)
  if (!isReading) {
    return state.status === 'open'
      ? 'The server reads nothing. Flood it: kernel buffers fill, then the native buffer up to its mark, and all else waits in the outbox. No ping is answered either: after 15 s the connection counts as dead.'
      : 'The server reads nothing: a new handshake hangs too, until the connect timeout of 10 s.'
  }
  if (isSlow) {
    return 'The line does 50 kbit/s up and 250 kbit/s down, and every byte takes 150 ms longer. Flood it, and see what waits where.'
  }
  return ''
}

function tellHole(
  state: ConnectionState,
  { since, connections }: { since: number; connections: number },
): string {
  if (state.status !== 'open') return 'The black hole is open; new connections are well.'
  if (state.since < since) {
    return 'Every byte of this connection vanishes, and the state still says open. The heartbeat finds out within 15 s: it asks after 3 s without a message, and waits 12 s for the answer.'
  }
  const dead = connections === 1 ? '1 dead connection' : `${connections} dead connections`
  return `This connection is new and well. The black hole still holds ${dead}, and the server has not noticed either.`
}
