import { byId } from './dom.ts'
import type { Lab } from './lab.ts'
import { PEERS, type PeerKey } from './lab-client.ts'

/** The clients beside ours, and the pace of all. The page's address may choose both: `/?peers=native&pace=0`. */
export function mountPeersPanel(lab: Lab, search: URLSearchParams): void {
  for (const key of PEERS) {
    const box = byId(`peer-${key}`, HTMLInputElement)
    box.checked = chosenPeers(search).includes(key)
    lab.setPeer(key, box.checked)
    box.addEventListener('change', () => lab.setPeer(key, box.checked))
  }
  const pace = byId('pace', HTMLSelectElement)
  pace.value = String(lab.pace$.value)
  pace.addEventListener('change', () => lab.pace$.next(Number(pace.value)))
  lab.pace$.subscribe((rate) => {
    pace.value = String(rate)
  })
}

function chosenPeers(search: URLSearchParams): readonly PeerKey[] {
  const names = search.get('peers')?.split(',') ?? []
  return PEERS.filter((key) => names.includes(key))
}
