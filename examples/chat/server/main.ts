import { fileURLToPath } from 'node:url'
import { startChat } from './chat.ts'

const DEFAULT_PORT = 5174
const JOURNAL = fileURLToPath(new URL('../.data/chat.jsonl', import.meta.url))
/** Ctrl-C ends everything, even where something refuses to close. */
const LAST_RESORT_MS = 700

const port = Number(process.env.PORT ?? DEFAULT_PORT)
const chat = await startChat({ port, journal: process.env.JOURNAL ?? JOURNAL }).catch(tellTaken)
console.log(`Holdfast chat: ${chat.url}`)
console.log(`Ctrl-C ends it; kill -HUP ${process.pid} restarts it, as the button on its pages does.`)

let isEnding = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
process.on('SIGHUP', () => {
  chat.restart().then(() => console.log('Restarted.'))
})

/** A terminal's Ctrl-C comes twice, from the terminal and from npm: the second must not cut the first short. */
function end(): void {
  if (isEnding) return
  isEnding = true
  setTimeout(() => process.exit(0), LAST_RESORT_MS).unref()
  chat.close().then(() => process.exit(0))
}

/** Nothing runs yet: one line says it all. */
function tellTaken(error: unknown): never {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
  console.error(`Port ${port} is taken: PORT=… chooses another.`)
  process.exit(1)
}
