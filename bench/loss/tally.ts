import { type Row, round } from '../tools.ts'
import type { Told } from './contenders.ts'

/** What became of so many messages, by the ids in the order of their arrival. */
export function tally(sent: number, arrivals: readonly number[], { ids, more }: Told): Row {
  const seen = new Set<number>()
  const again = new Set<number>()
  let newest = -1
  let late = 0
  for (const id of arrivals) {
    if (seen.has(id)) {
      again.add(id)
      continue
    }
    seen.add(id)
    if (id < newest) late += 1
    newest = Math.max(newest, id)
  }
  const told = new Set(ids)
  const lost = sent - seen.size
  const toldAndLost = [...told].filter((id) => !seen.has(id)).length
  const silent = Math.max(0, lost - toldAndLost - more)
  const byNumber = lost - toldAndLost - silent
  return {
    sent,
    'received once': seen.size - again.size,
    'received twice': again.size,
    'out of order': late,
    lost,
    'lost, told with the message': toldAndLost,
    'lost, told by number': byNumber,
    'lost in silence': silent,
    'in silence, % of sent': round((silent / sent) * 100),
    'told with the message, and had come': told.size - toldAndLost,
    'told by number, and had come': more - byNumber,
  }
}
