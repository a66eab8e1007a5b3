import { validateHeaderName, validateHeaderValue } from 'node:http'
import { type ParseArgsConfig, parseArgs } from 'node:util'

/** Where a token travels: in the query, among the subprotocols, or as `Authorization: Bearer …`. */
export type Via = 'query' | 'subprotocol' | 'header'

export interface Settings {
  readonly url: string
  readonly protocols: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly token: string | undefined
  readonly via: Via
  readonly allowInsecure: boolean
  /** Failed attempts in a row that end it; 0 for no second attempt, Infinity for no end. */
  readonly retry: number
  /** How long to stay after the end of the input, in ms. */
  readonly wait: number
  /** How long a quiet server is trusted, in ms; Infinity for ever. */
  readonly ping: number
  readonly json: boolean
  readonly quiet: boolean
}

export type Command =
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | { readonly type: 'run'; readonly settings: Settings }

/** The command line was wrong: its message is for the person who typed it, and never has a token. */
export class UsageError extends Error {}

const OPTIONS = {
  token: { type: 'string' },
  'token-env': { type: 'string' },
  via: { type: 'string', default: 'query' },
  'allow-insecure': { type: 'boolean', default: false },
  header: { type: 'string', short: 'H', multiple: true, default: [] },
  protocol: { type: 'string', short: 'p', multiple: true, default: [] },
  retry: { type: 'string', default: 'forever' },
  wait: { type: 'string', default: '0' },
  ping: { type: 'string', default: '25' },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', short: 'q', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'V', default: false },
} as const satisfies ParseArgsConfig['options']

/** @throws UsageError */
export function parseCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Command {
  const { values, positionals } = parse(args)
  if (values.help) return { type: 'help' }
  if (values.version) return { type: 'version' }
  const [url, ...more] = positionals
  if (url === undefined) throw new UsageError('A URL is missing.')
  // Not shown: what is too much may be a token whose option was forgotten.
  if (more.length > 0) throw new UsageError('There is more than one argument beside the options: one URL.')
  return {
    type: 'run',
    settings: {
      url: checkUrl(url),
      protocols: values.protocol.flatMap((list) => list.split(',')).map((name) => name.trim()),
      headers: headersOf(values.header),
      token: tokenOf(values, env),
      via: oneOf('via', values.via, ['query', 'subprotocol', 'header']),
      allowInsecure: values['allow-insecure'],
      retry: numberOr('retry', values.retry, { forever: Infinity, none: 0 }, 'a whole number'),
      wait: 1_000 * numberOr('wait', values.wait, { forever: Infinity }, 'a number of seconds'),
      ping: 1_000 * numberOr('ping', values.ping, { none: Infinity }, 'a number of seconds above 0'),
      json: values.json,
      quiet: values.quiet,
    },
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    // Its first line says what is wrong; the others explain shells.
    throw new UsageError(error instanceof Error ? (error.message.split(/\n|\. /)[0] ?? '') : String(error))
  }
}

function checkUrl(url: string): string {
  const scheme = URL.canParse(url) ? new URL(url).protocol : undefined
  if (scheme !== undefined && /^(wss?|https?):$/.test(scheme)) return url
  throw new UsageError('The URL must begin with ws://, wss://, http:// or https://.')
}

function tokenOf(
  values: { readonly token?: string | undefined; readonly 'token-env'?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { token, 'token-env': name } = values
  if (token !== undefined && name !== undefined)
    throw new UsageError('Give --token or --token-env, not both.')
  const value = name === undefined ? token : env[name]
  if (name !== undefined && !value) throw new UsageError(`--token-env: ${name} is not set, or empty.`)
  if (value === '') throw new UsageError('--token is empty.')
  return value
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(line) ?? []
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      throw new UsageError(`--header must look like 'Name: value'.`)
    }
    headers[name] = value
  }
  return headers
}

function oneOf<const T extends string>(option: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === value)
  if (choice === undefined) throw new UsageError(`--${option} must be one of: ${choices.join(', ')}.`)
  return choice
}

const NUMBERS = {
  'a whole number': /^\d{1,6}$/,
  'a number of seconds': /^\d{1,6}(\.\d+)?$/,
  'a number of seconds above 0': /^(?=.*[1-9])\d{1,6}(\.\d+)?$/,
} as const

/** A number of the kind, or one of the words. */
function numberOr(
  option: string,
  value: string,
  words: Readonly<Record<string, number>>,
  kind: keyof typeof NUMBERS,
): number {
  const word = Object.hasOwn(words, value) ? words[value] : undefined
  if (word !== undefined) return word
  if (NUMBERS[kind].test(value)) return Number(value)
  throw new UsageError(`--${option} must be ${kind}, or: ${Object.keys(words).join(', ')}.`)
}
