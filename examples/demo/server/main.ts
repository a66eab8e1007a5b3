import { startDemo } from './demo.ts'

const DEFAULT_PORT = 5173
/** Ctrl-C ends everything, even where something refuses to close. */
const LAST_RESORT_MS = 700

const demo = await startDemo({ port: portFrom(process.env.PORT) })
console.log(`Holdfast demo: ${demo.url}`)
console.log('Ctrl-C ends it.')

let isEnding = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)

/** A terminal's Ctrl-C comes twice, from the terminal and from npm: the second must not cut the first short. */
function end(): void {
  if (isEnding) return
  isEnding = true
  setTimeout(() => process.exit(0), LAST_RESORT_MS).unref()
  demo.close().then(() => process.exit(0))
}

function portFrom(text: string | undefined): number {
  const port = Number(text ?? DEFAULT_PORT)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Error(`PORT must be a number from 0 to 65535; got ${text}.`)
}
