import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A process of ours that tells something of itself once it is ready. */
export interface Child<Ready> {
  readonly ready: Ready
  readonly process: ChildProcess
  /** Sends it something, and waits for what it sends next. */
  ask<Answer>(question: object | string): Promise<Answer>
  end(): Promise<void>
}

/** One that is stopped does not notice that its parent is gone, however that ends. */
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/**
 * Runs a file of the benches in a process of its own, under the same flags. Its first message says that it is
 * ready; it should end by itself when the channel is closed.
 */
export async function startChild<Ready>(file: URL, args: readonly string[] = []): Promise<Child<Ready>> {
  const child = fork(file, args)
  alive.add(child)
  const gone = once(child, 'exit').finally(() => alive.delete(child))
  const ended = gone.then(([code]): never => {
    throw new Error(`${file.pathname} has ended with ${code}.`)
  })
  const [ready] = await Promise.race([once(child, 'message'), ended])
  ended.catch(() => {})
  return {
    ready,
    process: child,
    async ask<Answer>(question: object | string) {
      const answer = once(child, 'message') as Promise<[Answer]>
      child.send(question)
      return (await Promise.race([answer, ended]))[0]
    },
    async end() {
      // One that is stopped by a signal would not hear of it.
      child.kill('SIGKILL')
      await gone
    },
  }
}
