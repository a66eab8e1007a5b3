import { isServer } from '@holdfast/core/bindings'
import { getCurrentInstance, getCurrentScope, onMounted, onScopeDispose, watch } from 'vue'

/** Runs something when its time has come. */
export type Start = (run: () => void) => void

/**
 * When a composable begins: at once, never on a server, and where a server's HTML is hydrated once mounted,
 * so that the first render is the one of the server.
 */
export function useStart(): Start {
  if (isServer()) return () => undefined
  // Before setup, Vue gives a component its element only to hydrate it.
  if (!getCurrentInstance()?.vnode.el) return (run) => run()
  let waiting: (() => void)[] | undefined = []
  onMounted(() => {
    const runs = waiting ?? []
    waiting = undefined
    for (const run of runs) run()
  })
  return (run) => {
    if (waiting) waiting.push(run)
    else run()
  }
}

/**
 * Attaches to what `target` gives, from then on to what it gives when that changes, and to null when the
 * scope is disposed of. Outside of any scope it goes on for ever.
 */
export function follow<T extends object>(
  target: () => T | null,
  attach: (target: T | null) => (() => void) | undefined,
  start: Start,
): void {
  const scope = getCurrentScope()
  const begin = (): void => {
    let detach: (() => void) | undefined
    const change = (next: T | null): void => {
      detach?.()
      detach = undefined
      detach = attach(next)
    }
    change(target())
    // At once: what comes between a change and the next flush is not to be missed.
    watch(target, change, { flush: 'sync' })
    if (scope) onScopeDispose(() => change(null))
  }
  start(() => {
    if (!scope) begin()
    // The start may come when it is over, or in a render, where no scope is active.
    else if (scope.active) scope.run(begin)
  })
}
