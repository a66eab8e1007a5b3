#!/usr/bin/env node
import process from 'node:process'
import { isHoldfastError } from '@holdfast/core'
import manifest from '../package.json' with { type: 'json' }
import { parseCommand, UsageError } from './arguments.ts'
import { HELP } from './help.ts'
import { run } from './run.ts'

const INSECURE = 'A token over ws:// to another host can be read on the way: use wss://, or --allow-insecure.'

async function main(): Promise<number> {
  try {
    const command = parseCommand(process.argv.slice(2), process.env)
    switch (command.type) {
      case 'help':
        process.stdout.write(HELP)
        return 0
      case 'version':
        process.stdout.write(`${manifest.version}\n`)
        return 0
      case 'run':
        return await run(command.settings, process)
      default:
        return command satisfies never
    }
  } catch (error) {
    if (!(error instanceof UsageError) && !isHoldfastError(error)) throw error
    const isInsecure = isHoldfastError(error) && error.code === 'INSECURE'
    const text = isInsecure ? INSECURE : error.message
    process.stderr.write(`holdfast: ${text}\nTry: holdfast --help\n`)
    return 2
  }
}

// Where the system allows it, this takes the arguments out of the list of processes: a token may be there.
process.title = 'holdfast'
const exitCode = await main()
// Sockets that were given up may take long to close; what was written before is out first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
