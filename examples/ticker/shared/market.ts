/** Symbols of one kind. Each group is a channel of its own. */
export interface Group {
  readonly id: string
  readonly name: string
  readonly symbols: readonly string[]
}

const SYMBOLS_PER_GROUP = 50

/** 20 groups of 50 symbols. */
export const GROUPS: readonly Group[] = [
  ['AE', 'Aerospace'],
  ['AG', 'Agriculture'],
  ['BA', 'Banks'],
  ['BI', 'Biotech'],
  ['CH', 'Chemicals'],
  ['CO', 'Construction'],
  ['EN', 'Energy'],
  ['FO', 'Food'],
  ['GA', 'Games'],
  ['HE', 'Health'],
  ['IN', 'Insurance'],
  ['LO', 'Logistics'],
  ['ME', 'Media'],
  ['MI', 'Mining'],
  ['PA', 'Paper'],
  ['RE', 'Retail'],
  ['SE', 'Semiconductors'],
  ['TE', 'Telecom'],
  ['TR', 'Travel'],
  ['WA', 'Water'],
].map(([code = '', name = '']) => ({
  id: name.toLowerCase(),
  name,
  symbols: Array.from(
    { length: SYMBOLS_PER_GROUP },
    (_, index) => `${code}${String(index + 1).padStart(2, '0')}`,
  ),
}))

/** A price as it is shown: cents with two decimals. */
export function formatPrice(cents: number): string {
  return (cents / 100).toFixed(2)
}
