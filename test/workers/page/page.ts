/** What a test can have done to a page: a worker that hears of it, and that can be ended. */
export interface PageControl {
  ask(method: string, values: readonly unknown[]): Promise<unknown>
  /** Ends the worker, without a word to it, and begins another. */
  restart(): void
}

interface Port {
  onmessage: ((event: MessageEvent<readonly [id: number, value: unknown]>) => void) | null
  postMessage(order: readonly [id: number, method: string, values: readonly unknown[]]): void
}

const isShared = new URLSearchParams(location.search).has('shared')
const answers = new Map<number, (value: unknown) => void>()
let asked = 0
let terminate = (): void => undefined
let port = begin()

function begin(): Port {
  const begun = isShared ? beginShared() : beginDedicated()
  begun.onmessage = ({ data: [id, value] }) => {
    answers.get(id)?.(value)
    answers.delete(id)
  }
  return begun
}

function beginDedicated(): Port {
  const worker = new Worker('/worker.js', { type: 'module' })
  terminate = () => worker.terminate()
  return worker
}

function beginShared(): Port {
  return new SharedWorker('/worker.js', { type: 'module' }).port
}

const control: PageControl = {
  ask(method, values) {
    asked += 1
    const id = asked
    return new Promise((resolve) => {
      answers.set(id, resolve)
      port.postMessage([id, method, values])
    })
  },
  restart() {
    terminate()
    port = begin()
  },
}

Reflect.set(globalThis, 'control', control)
