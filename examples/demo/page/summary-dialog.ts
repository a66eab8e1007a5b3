import { countDropped } from './book.ts'
import { byId, make, setText } from './dom.ts'
import { formatCount, formatDuration } from './format.ts'
import { CLIENT_NAMES } from './lab-client.ts'
import { tellReasons } from './scoreboard.ts'
import { type ClientSummary, type StormSummary, tellSummary } from './storm-summary.ts'

const COLUMNS: readonly [label: string, read: (client: ClientSummary) => string, isBad?: boolean][] = [
  ['Sent', ({ sent }) => formatCount(sent)],
  ['Arrived', ({ arrived }) => formatCount(arrived)],
  ['Twice', ({ twice }) => formatCount(twice), true],
  ['Out of order', ({ disordered }) => formatCount(disordered), true],
  ['Waiting', ({ waiting }) => formatCount(waiting)],
  ['Dropped', (client) => formatCount(countDropped(client))],
  ['Lost', ({ lost }) => formatCount(lost), true],
  ['Longest outage', ({ longestOutageMs }) => formatDuration(longestOutageMs)],
  ['Reconnects', ({ reconnects }) => formatCount(reconnects)],
]

/** What a storm has come to, to be kept and shown to others. */
export class SummaryDialog {
  readonly #dialog = byId('summary', HTMLDialogElement)
  readonly #told = byId('summary-told', HTMLElement)
  #summary: StormSummary | undefined

  constructor() {
    byId('summary-head', HTMLElement).append(
      ...['Client', ...COLUMNS.map(([label]) => label)].map(createHead),
    )
    byId('summary-download', HTMLButtonElement).addEventListener('click', () => this.#download())
    byId('summary-share', HTMLButtonElement).addEventListener('click', () => this.#share())
    byId('summary-close', HTMLButtonElement).addEventListener('click', () => this.#dialog.close())
  }

  show(summary: StormSummary): void {
    this.#summary = summary
    const { seed, stormMs, totalMs, faults, clients } = summary
    const ours = clients.filter(({ isOurs }) => isOurs)
    const sum = (read: (client: ClientSummary) => number): number =>
      ours.reduce((all, one) => all + read(one), 0)
    setText(
      byId('summary-verdict', HTMLElement),
      `${formatCount(sum(({ lost }) => lost))} lost, ${formatCount(sum(({ twice }) => twice))} twice`,
    )
    const waiting = sum((client) => client.waiting)
    const rest = waiting > 0 ? `${formatCount(waiting)} still waiting after` : 'all settled after'
    setText(
      byId('summary-text', HTMLElement),
      `Seed ${seed}: ${formatCount(faults.length)} orders in ${formatDuration(stormMs)}, ${rest} ${formatDuration(totalMs)}.`,
    )
    setText(this.#told, '')
    byId('summary-rows', HTMLElement).replaceChildren(...clients.map(createRow))
    this.#dialog.showModal()
  }

  #download(): void {
    if (this.#summary === undefined) return
    const text = JSON.stringify(this.#summary, undefined, 2)
    const link = make('a')
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
    link.download = `holdfast-storm-${this.#summary.seed}.json`
    link.click()
    URL.revokeObjectURL(link.href)
    setText(this.#told, `${link.download} is in your downloads.`)
  }

  async #share(): Promise<void> {
    if (this.#summary === undefined) return
    const text = tellSummary(this.#summary)
    try {
      if ('share' in navigator) await navigator.share({ title: 'A storm, survived', text })
      else {
        await clipboardOf(navigator).writeText(text)
        setText(this.#told, 'Copied: paste it where others read it.')
      }
    } catch (error) {
      // Somebody thought better of it.
      if (error instanceof DOMException && error.name === 'AbortError') return
      setText(this.#told, text)
    }
  }
}

/** TypeScript takes `share` for granted, and then nothing is left of a navigator without it. */
function clipboardOf({ clipboard }: Navigator): Clipboard {
  return clipboard
}

function createHead(label: string): HTMLElement {
  const cell = make('th', '', label)
  cell.scope = 'col'
  return cell
}

function createRow(client: ClientSummary): HTMLElement {
  const row = make('tr')
  row.dataset.ours = String(client.isOurs)
  row.dataset.testid = `summary-${client.client}`
  const name = make('th', '', CLIENT_NAMES[client.client])
  name.scope = 'row'
  row.append(name)
  for (const [label, read, isBad = false] of COLUMNS) {
    const cell = make('td', 'number', read(client))
    cell.dataset.label = label
    cell.dataset.zero = String(cell.textContent === '0')
    if (isBad) cell.dataset.column = 'lost'
    if (label === 'Dropped') cell.title = tellReasons(client)
    row.append(cell)
  }
  return row
}
