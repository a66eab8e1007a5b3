import type { Member } from '../shared/messages.ts'

const MANNERS = [
  'Amber',
  'Brisk',
  'Calm',
  'Dapper',
  'Eager',
  'Gentle',
  'Hardy',
  'Jolly',
  'Keen',
  'Lucky',
  'Merry',
]
const CREATURES = [
  'Cormorant',
  'Garibaldi',
  'Heron',
  'Limpet',
  'Nautilus',
  'Otter',
  'Petrel',
  'Puffin',
  'Seal',
]

/** A name and a colour that follow from the id alone. A real server has accounts. */
export function memberOf(id: string): Member {
  let hash = 7
  for (const character of id) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0
  const manner = MANNERS[hash % MANNERS.length]
  const creature = CREATURES[Math.floor(hash / MANNERS.length) % CREATURES.length]
  return { id, name: `${manner} ${creature}`, hue: Math.floor(hash / 101) % 360 }
}
