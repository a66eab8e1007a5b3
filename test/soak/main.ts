// Runs the soak by hand: npm run soak -- --minutes 120 --clients 50 --seed 123
import { parseArgs } from 'node:util'
import { SoakFailure } from './journal.ts'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    clients: { type: 'string', default: '40' },
    seed: {
      type: 'string',
      default: process.env.HOLDFAST_SEED ?? String(Math.floor(Math.random() * 2 ** 31)),
    },
    round: { type: 'string', default: '0' },
  },
})

const [minutes, clients, seed, round] = [values.minutes, values.clients, values.seed, values.round].map(
  Number,
)
if (!(Number(minutes) > 0 && Number(clients) > 0) || !Number.isInteger(seed) || !Number.isInteger(round)) {
  say('npm run soak -- [--minutes 1] [--clients 40] [--seed 123] [--round 0]')
  process.exit(2)
}

say(`seed ${seed}, ${clients} clients, ${minutes} min`)
try {
  const { faults } = await soak({
    seed: Number(seed),
    clients: Number(clients),
    duration: Number(minutes) * 60_000,
    round: Number(round),
    print: say,
  })
  say(
    `faults: ${Object.entries(faults)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
  )
} catch (error) {
  if (!(error instanceof SoakFailure)) throw error
  say(error.message)
  process.exitCode = 1
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
