import { map, type Observable, of, switchMap, timer } from 'rxjs'
import { chosenNumber } from './address.ts'
import { byId, setText } from './dom.ts'
import type { FaultClient } from './fault-client.ts'
import type { Lab } from './lab.ts'
import { Storm, type StormProgress } from './storm.ts'
import { SummaryDialog } from './summary-dialog.ts'

const SECONDS = { least: 3, most: 600, fallback: 60 }
const MOST_SEED = 999_999
const TICK = 100

/** "Run the storm", with its seed: `/?seed=42` plays the same again, and `&storm=8` a short one. */
export function mountStormPanel(lab: Lab, faults: FaultClient, search: URLSearchParams): void {
  const storm = new Storm(lab, faults)
  const dialog = new SummaryDialog()
  const stormMs = chosenNumber(search, 'storm', SECONDS) * 1_000
  const seed = byId('storm-seed', HTMLInputElement)
  const run = byId('storm-run', HTMLButtonElement)
  seed.value = search.get('seed') ?? drawSeed()
  byId('storm-draw', HTMLButtonElement).addEventListener('click', () => {
    seed.value = drawSeed()
  })
  byId('storm-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    if (storm.progress$.value.phase !== 'calm') return
    storm.run(seed.valueAsNumber, stormMs).then((summary) => dialog.show(summary))
  })
  storm.progress$.subscribe(({ phase }) => run.setAttribute('aria-disabled', String(phase !== 'calm')))
  storm.progress$.pipe(switchMap(ticking)).subscribe(showProgress(stormMs))
}

function ticking(progress: StormProgress): Observable<StormProgress> {
  return progress.phase === 'storm' ? timer(0, TICK).pipe(map(() => progress)) : of(progress)
}

function showProgress(stormMs: number): (progress: StormProgress) => void {
  const text = byId('storm-text', HTMLElement)
  const meter = byId('storm-meter', HTMLElement)
  return ({ phase, endsAt }) => {
    const left = Math.max(0, endsAt - Date.now())
    meter.style.transform = `scaleX(${phase === 'storm' ? 1 - left / stormMs : Number(phase === 'settling')})`
    if (phase === 'storm') setText(text, `${Math.ceil(left / 1_000)} s of faults to come.`)
    else if (phase === 'settling') setText(text, 'The storm is over: waiting until all are back.')
    else setText(text, `${stormMs / 1_000} s of faults, the same for the same seed; then a summary.`)
  }
}

function drawSeed(): string {
  return String(Math.ceil(Math.random() * MOST_SEED))
}
