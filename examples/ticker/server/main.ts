import { startTicker } from './ticker.ts'

const DEFAULT_PORT = 5175

const port = portFrom(process.env.PORT)
const ticker = await startTicker({ port }).catch(tellTaken)
console.log(`Holdfast ticker: ${ticker.url}`)
console.log('Ctrl-C ends it.')

let isEnding = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)

/** A terminal's Ctrl-C comes twice, from the terminal and from npm: the second changes nothing. */
function end(): void {
  if (isEnding) return
  isEnding = true
  ticker.close().then(() => process.exit(0))
}

function portFrom(text: string | undefined): number {
  const port = Number(text ?? DEFAULT_PORT)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Error(`PORT must be a number from 0 to 65535; got ${text}.`)
}

/** Nothing runs yet: one line says it all. */
function tellTaken(error: unknown): never {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
  console.error(`Port ${port} is taken: PORT=… chooses another.`)
  process.exit(1)
}
