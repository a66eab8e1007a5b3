import type { Own } from '../shared/conversation.ts'
import { PROGRESS_TEXT, type Row } from '../shared/rows.ts'
import { make } from './dom.ts'

/** Shows rows in a list: each keeps its element, so that only what is new is read aloud. */
export function messageList(list: HTMLElement, remedy: (own: Own) => void): (rows: readonly Row[]) => void {
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
      if (entry.row === undefined || !isSame(entry.row, row)) draw(entry.element, row, remedy)
      known.set(row.id, { element: entry.element, row })
      if (list.children[place] !== entry.element)
        list.insertBefore(entry.element, list.children[place] ?? null)
    }
  }
}

function isSame(one: Row, other: Row): boolean {
  return (
    one.progress === other.progress && one.time === other.time && one.rejected?.why === other.rejected?.why
  )
}

function draw(element: HTMLElement, row: Row, remedy: (own: Own) => void): void {
  const { name, style, text, time, progress, rejected } = row
  element.className = progress === undefined ? 'message' : `message own ${progress}`
  element.style.setProperty('--hue', String(style['--hue']))
  element.replaceChildren(make('b', {}, name), make('p', {}, text), make('time', {}, time))
  if (progress) element.append(make('span', { class: 'progress' }, PROGRESS_TEXT[progress]))
  if (!rejected) return
  const button = make('button', { type: 'button', class: 'button' }, rejected.remedy)
  button.addEventListener('click', () => remedy(rejected.own))
  element.append(make('span', { class: 'why' }, rejected.why), button)
}
