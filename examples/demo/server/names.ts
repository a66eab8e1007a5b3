import type { Member } from '../shared/room-messages.ts'

const MANNERS = [
  'Amber',
  'Brisk',
  'Calm',
  'Dapper',
  'Eager',
  'Fabled',
  'Gentle',
  'Hardy',
  'Idle',
  'Jolly',
  'Keen',
]
const CREATURES = ['Abalone', 'Cormorant', 'Garibaldi', 'Heron', 'Limpet', 'Nautilus', 'Otter', 'Petrel']
CREATURES.push('Puffin', 'Seal', 'Tern', 'Urchin', 'Wrasse')

/** A name and a colour that follow from the id alone: who comes back is the same person. */
export function memberOf(id: string): Member {
  const hash = fnv1a(id)
  const manner = MANNERS[hash % MANNERS.length]
  const creature = CREATURES[Math.floor(hash / MANNERS.length) % CREATURES.length]
  return { id, name: `${manner} ${creature}`, hue: Math.floor(hash / 1_000) % 360 }
}

/** @see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}
