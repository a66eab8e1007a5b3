/** What the page's address may say of a number. */
interface Range {
  readonly least: number
  readonly most: number
  readonly fallback: number
}

/** A number of the address, within its range: `?pace=0`. */
export function chosenNumber(
  search: URLSearchParams,
  name: string,
  { least, most, fallback }: Range,
): number {
  const number = Number(search.get(name) ?? fallback)
  return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : fallback
}
