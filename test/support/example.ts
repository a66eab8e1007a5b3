import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Example {
  readonly process: ChildProcess
  /** The address that it prints. */
  readonly url: URL
}

/** Runs an example as its `npm start` does, until the test ends. */
export async function startExample(name: string, env: NodeJS.ProcessEnv): Promise<Example> {
  const child = run(name, env)
  child.stderr.pipe(process.stderr)
  for await (const line of createInterface(child.stdout)) {
    const address = /^Holdfast \w+: (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1]
    if (address !== undefined) return { process: child, url: new URL(address) }
  }
  throw new Error(`${name} ended without an address.`)
}

/** As {@link startExample}, of one that cannot start: its exit code, and what it says. */
export async function failToStart(
  name: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; said: string }> {
  const child = run(name, env)
  let said = ''
  child.stderr.on('data', (text) => (said += text))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, said }
}

function run(name: string, env: NodeJS.ProcessEnv): ChildProcessByStdio<null, Readable, Readable> {
  const args = ['--conditions=holdfast-source', '--import', 'tsx', 'server/main.ts']
  const cwd = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
