import { describe, expect, it } from 'vitest'
import { parseCommand, type Settings } from './arguments.ts'
import { HELP } from './help.ts'

const URL = 'wss://example.com/chat'

function settings(...args: string[]): Settings {
  const command = parseCommand([...args, URL], { TOKEN: 'from-env', EMPTY: '' })
  if (command.type !== 'run') throw new Error(command.type)
  return command.settings
}

describe('the command line', () => {
  it('takes a URL alone', () => {
    expect(settings()).toEqual({
      url: URL,
      protocols: [],
      headers: {},
      token: undefined,
      via: 'query',
      allowInsecure: false,
      retry: Infinity,
      wait: 0,
      ping: 25_000,
      json: false,
      quiet: false,
    })
  })

  it('takes options before and behind the URL', () => {
    expect(parseCommand([URL, '--quiet'], {})).toMatchObject({ settings: { url: URL, quiet: true } })
  })

  it.each<[string[], Partial<Settings>]>([
    [['--token', 'secret'], { token: 'secret' }],
    [['--token-env', 'TOKEN'], { token: 'from-env' }],
    [['--via', 'header'], { via: 'header' }],
    [['-H', 'X-One: 1', '-H', 'X-Two:2:3'], { headers: { 'X-One': '1', 'X-Two': '2:3' } }],
    [['-p', 'one, two', '--protocol=three'], { protocols: ['one', 'two', 'three'] }],
    [['--retry', 'none'], { retry: 0 }],
    [['--retry', '0'], { retry: 0 }],
    [['--retry', '7'], { retry: 7 }],
    [['--retry=forever'], { retry: Infinity }],
    [['--wait', '1.5'], { wait: 1_500 }],
    [['--wait', 'forever'], { wait: Infinity }],
    [['--ping', 'none'], { ping: Infinity }],
    [['--ping', '0.05'], { ping: 50 }],
    [['--wait', '0'], { wait: 0 }],
    [['--json', '-q', '--allow-insecure'], { json: true, quiet: true, allowInsecure: true }],
  ])('takes %j', (args, expected) => {
    expect(settings(...args)).toMatchObject(expected)
  })

  it.each<[string[], string]>([
    [[], 'A URL is missing.'],
    [[URL, URL], 'There is more than one argument beside the options: one URL.'],
    [['localhost:8080'], 'The URL must begin with ws://, wss://, http:// or https://.'],
    [['--frob', URL], `Unknown option '--frob'`],
    [['--token'], `Option '--token <value>' argument missing`],
    [['--quiet=yes', URL], `Option '-q, --quiet' does not take an argument`],
    [['--token', 'secret', '--token-env', 'TOKEN', URL], 'Give --token or --token-env, not both.'],
    [['--token-env', 'NONE', URL], '--token-env: NONE is not set, or empty.'],
    [['--token=', URL], '--token is empty.'],
    [['--via', 'cookie', URL], '--via must be one of: query, subprotocol, header.'],
    [['--header', 'secret', URL], `--header must look like 'Name: value'.`],
    [['--header', 'A: \u0000', URL], `--header must look like 'Name: value'.`],
    [['--retry', '-1', URL], `Option '--retry' argument is ambiguous.`],
    [['--retry', '1.5', URL], '--retry must be a whole number, or: forever, none.'],
    [['--wait', 'constructor', URL], '--wait must be a number of seconds, or: forever.'],
    [['--wait=-1', URL], '--wait must be a number of seconds, or: forever.'],
    ...['1e9', '0', '0.00', '-1', '-0', 'NaN', ''].map((ping): [string[], string] => [
      [`--ping=${ping}`, URL],
      '--ping must be a number of seconds above 0, or: none.',
    ]),
  ])('refuses %j', (args, message) => {
    expect(() => parseCommand(args, { TOKEN: 'secret', EMPTY: '' })).toThrow(
      expect.objectContaining({ message }),
    )
    expect(message).not.toContain('secret')
  })

  it('shows help and version whatever else is there', () => {
    expect(parseCommand(['--help'], {})).toEqual({ type: 'help' })
    expect(parseCommand(['-V', 'nonsense'], {})).toEqual({ type: 'version' })
  })
})

describe('the help', () => {
  it('fits a terminal, and says who can read a token', () => {
    for (const line of HELP.split('\n')) expect(line.length).toBeLessThanOrEqual(84)
    expect(HELP).toMatch(/--token <token>[^-]*\(ps\)/)
  })

  it('says that subprotocols may be a list', () => {
    expect(HELP).toMatch(/--protocol <name> [^-]* a,b$/m)
  })
})
