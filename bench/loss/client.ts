/** One client that sends and sends, in a process of its own, whose timers and clock run faster. */
import { nativeClasses } from '../../test/server/native-classes.ts'
import { message, type Sender, type Told } from './contenders.ts'

export interface Report {
  readonly sent: number
  readonly told: Told
}

const [name, native, url = '', speedText] = process.argv.slice(2)
const speed = Number(speedText)
/** ms of the clock between two messages. */
const EVERY = 4
const SIZE = 100

// Before the client is loaded, and for all of them alike: each has its own defaults, at this speed.
const { setTimeout: realTimeout } = globalThis
const realNow = Date.now
const origin = realNow()
globalThis.setTimeout = Object.assign(
  (callback: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) =>
    realTimeout(callback, delay / speed, ...args),
  realTimeout,
)
Date.now = () => Math.round(origin + (realNow() - origin) * speed)

const { contenders } = await import('./contenders.ts')
const contender = (await contenders()).find((each) => each.name === name)
const Native = new Map(nativeClasses).get(native ?? '')
if (!contender || !Native) throw new Error(`There is no ${name} over ${native}.`)

let sender: Sender | undefined
let sending: NodeJS.Timeout | undefined
let began = 0
let sent = 0

/** As many as are due: a timer that is late must not make one send less than another. */
function sendDue(): void {
  const due = (performance.now() - began) / EVERY
  for (; sent < due; sent++) sender?.send(message(sent, SIZE))
}

process.once('disconnect', () => process.exit())
process.on('message', async (order) => {
  if (order === 'start') {
    sender = contender.start(url, Native)
    began = performance.now()
    sending = setInterval(sendDue, EVERY)
  } else if (order === 'stop') {
    clearInterval(sending)
    process.send?.('stopped')
  } else if (sender) {
    const report: Report = { sent, told: await sender.end() }
    process.send?.(report)
  }
})
process.send?.('loaded')
