import type { ConnectionState } from '@holdfast/core'
import { filter, scan } from 'rxjs'
import { byId, setText } from './dom.ts'
import type { FeedConnection } from './feed.ts'

/** The state in a word and a sentence, and what became of the channels. */
export function mountStatus({ state$, events$ }: FeedConnection): void {
  const chip = byId('state')
  state$.subscribe((state) => {
    chip.dataset.status = state.status
    setText(byId('state-word'), state.status)
    setText(byId('state-text'), tell(state))
  })
  events$
    .pipe(
      filter((event) => event.type === 'channel' || event.type === 'lost'),
      scan((count, event) => (event.type === 'channel' ? count + Number(event.action === 'resume') : 0), 0),
    )
    .subscribe((count) => setText(byId('resumed'), String(count)))
}

function tell(state: ConnectionState): string {
  switch (state.status) {
    case 'idle':
      return 'Not dialled yet.'
    case 'connecting':
      return 'Dialling. The prices below are those of before.'
    case 'open':
      return 'Prices come in.'
    case 'waiting':
      return `Lost (${state.cause.code}). Next attempt within ${Math.ceil(state.delay / 1_000)} s.`
    case 'suspended':
      return state.by === 'page' ? 'Put aside with its page.' : 'Offline. It comes back with the network.'
    case 'closing':
      return 'Saying goodbye.'
    case 'closed':
      return `Closed for good (${state.code}). Reload the page to start anew.`
    default:
      return state satisfies never
  }
}
