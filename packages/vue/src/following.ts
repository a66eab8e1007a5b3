import { isServer } from '@holdfast/core/bindings'
import { effectScope, getCurrentInstance, getCurrentScope, onMounted, onScopeDispose, watch } from 'vue'

/** Runs something when its time has come, in the scope where the composable was called. */
export type Start = (run: () => void) => void

/**
 * When a composable begins: at once, never on a server, and where a server's HTML is hydrated once mounted,
 * so that the first render is the one of the server.
 */
export function useStart(): Start {
  if (isServer()) return () => undefined
  // Outside of any it goes on for ever, and does not end with the scope that is active when it starts.
  const scope = getCurrentScope() ?? effectScope(true)
  const instance = getCurrentInstance()
  return (run) => {
    const begin = (): void => {
      // It may be over by then.
      if (scope.active) scope.run(run)
    }
    // Before it is mounted, Vue gives a component its element only to hydrate it.
    // Each by itself: what one throws keeps none of the others from starting.
    if (instance?.vnode.el && !instance.isMounted) onMounted(begin, instance)
    else begin()
  }
}

/**
 * A handler that is not called once the scope is over, also by a message that is being told and has ended it. To be
 * used before what attaches it.
 */
export function untilOver<T>(handler: (message: T) => void): (message: T) => void {
  let isOver = false
  if (getCurrentScope()) {
    onScopeDispose(() => {
      isOver = true
    })
  }
  return (message) => {
    if (!isOver) handler(message)
  }
}

/**
 * Attaches to what `target` gives, from then on to what it gives when that changes, and to null when the
 * scope is disposed of.
 */
export function follow<T extends object>(
  target: () => T | null,
  attach: (target: T | null) => (() => void) | undefined,
  start: Start,
): void {
  start(() => {
    let newest: { end?: (() => void) | undefined } = {}
    // Undefined where `target` has thrown, which Vue tells.
    const change = (next: T | null | undefined): void => {
      const before = newest
      const mine: typeof before = {}
      newest = mine
      // Who is called here may change the target once more: then this turn is over.
      before.end?.()
      if (newest === mine) mine.end = attach(next ?? null)
      if (newest !== mine) mine.end?.()
    }
    const first = target()
    // At once: what comes between a change and the next flush is not to be missed.
    watch(target, change, { flush: 'sync' })
    onScopeDispose(() => change(null))
    change(first)
  })
}
