import { misconfigured } from './errors.ts'

/** Options with every default filled in. */
export type Complete<Options> = {
  readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined>
}

/** ms, more than 0 or 0; Infinity means never. */
export function duration(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback
  if (typeof value !== 'number' || !(value >= 0))
    throw misconfigured(name, 'a number of ms, 0 or more', value)
  return value
}

/** A whole number; Infinity means no limit. */
export function count(name: string, value: number | undefined, fallback: number, least = 1): number {
  if (value === undefined) return fallback
  const fits = value === Infinity || (Number.isInteger(value) && value >= least)
  if (!fits) throw misconfigured(name, `a whole number, ${least} or more`, value)
  return value
}

export function boolean(name: string, value: boolean | undefined, fallback: boolean): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw misconfigured(name, 'true or false', value)
  return value ?? fallback
}

/** The first choice is the default. */
export function oneOf<const T extends string>(
  name: string,
  value: T | undefined,
  choices: readonly [T, ...T[]],
): T {
  if (value === undefined) return choices[0]
  if (!choices.includes(value))
    throw misconfigured(name, choices.map((one) => `'${one}'`).join(' or '), value)
  return value
}

export function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw misconfigured(name, 'an object', value)
}

export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw misconfigured(name, 'a function', value)
}

export function checkSignal(name: string, value: AbortSignal | undefined): void {
  if (value !== undefined && typeof value?.addEventListener !== 'function')
    throw misconfigured(name, 'an AbortSignal', value)
}
