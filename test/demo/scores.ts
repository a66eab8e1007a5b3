import { expect } from 'vitest'
import { type DemoPage, PATIENCE } from './demo-page.ts'

const SCORES = ['sent', 'arrived', 'twice', 'disordered', 'waiting', 'dropped', 'lost'] as const
const NOTHING_ELSE = { twice: 0, disordered: 0, waiting: 0, dropped: 0, lost: 0 }
type Scores = Readonly<Record<(typeof SCORES)[number], number>>

/** A client's row of the scoreboard. */
export async function scoresOf(page: DemoPage, client: string): Promise<Scores> {
  const numbers = await Promise.all(SCORES.map((column) => page.number(`${client}-${column}`)))
  return Object.fromEntries(SCORES.map((column, index) => [column, numbers[index]])) as Scores
}

/** So many messages of a client arrived once, in order, and no other waits or was given up. */
export async function allArrived(page: DemoPage, count: number, client = 'plain'): Promise<void> {
  await page.counts(`${client}-arrived`, count)
  await expect
    .poll(() => scoresOf(page, client), PATIENCE)
    .toEqual({ sent: count, arrived: count, ...NOTHING_ELSE })
}

/** As {@link allArrived}, of however many there are: some may be on their way when this is asked. */
export async function nothingWaits(page: DemoPage, client: string): Promise<void> {
  const look = async () => {
    const { sent, arrived, ...others } = await scoresOf(page, client)
    return { onTheWay: sent - arrived, ...others }
  }
  await expect.poll(look, PATIENCE).toEqual({ onTheWay: 0, ...NOTHING_ELSE })
}
