import { PROGRESS_TEXT, type Remedy, type Row } from '../shared/rows.ts'
import { make } from './dom.ts'

type Apply = (remedy: Remedy) => void

/** Shows rows in a list that scrolls: each keeps its element, so that only what is new is read aloud. */
export function messageList(log: HTMLElement, remedy: Apply): (rows: readonly Row[]) => void {
  const list = make('ol')
  log.append(list)
  let newest: string | undefined
  const known = new Map<string, { readonly element: HTMLElement; row: Row }>()
  return (rows) => {
    const ids = new Set(rows.map(({ id }) => id))
    for (const [id, { element }] of known) {
      if (ids.has(id)) continue
      element.remove()
      known.delete(id)
    }
    for (const [place, row] of rows.entries()) {
      const entry = known.get(row.id) ?? { element: make('li'), row: undefined }
      if (entry.row === undefined || changing(entry.row) !== changing(row)) draw(entry.element, row, remedy)
      known.set(row.id, { element: entry.element, row })
      if (list.children[place] !== entry.element)
        list.insertBefore(entry.element, list.children[place] ?? null)
    }
    if (rows.at(-1)?.id !== newest) log.scrollTo({ top: log.scrollHeight })
    newest = rows.at(-1)?.id
  }
}

/** What of it changes. */
function changing({ time, progress, rejected }: Row): string {
  return JSON.stringify([time, progress, rejected])
}

function draw(element: HTMLElement, row: Row, apply: Apply): void {
  const { name, style, text, time, progress, rejected } = row
  element.className = progress === undefined ? 'message' : `message own ${progress}`
  element.style.setProperty('--hue', String(style['--hue']))
  element.replaceChildren(make('b', {}, name), make('p', {}, text), make('time', {}, time))
  if (progress) element.append(make('span', { class: 'progress' }, PROGRESS_TEXT[progress]))
  if (!rejected) return
  element.append(make('span', { class: 'why' }, rejected.why))
  for (const remedy of rejected.remedies) {
    const button = make('button', { type: 'button', class: 'button' }, remedy.label)
    button.addEventListener('click', () => apply(remedy))
    element.append(button)
  }
}
