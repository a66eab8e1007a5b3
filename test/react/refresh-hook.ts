/** What a fast-refresh runtime asks of React. */
export interface Refresher {
  setRefreshHandler(resolve: (type: unknown) => { current: unknown } | undefined): void
  scheduleRefresh(root: object, update: { staleFamilies: Set<object>; updatedFamilies: Set<object> }): void
}

interface Hook {
  readonly refreshers: Refresher[]
  readonly roots: Set<object>
}

declare global {
  var __REACT_DEVTOOLS_GLOBAL_HOOK__: Hook | undefined
}

function createHook(): Hook {
  const refreshers: Refresher[] = []
  const roots = new Set<object>()
  return {
    refreshers,
    roots,
    ...{
      supportsFiber: true,
      inject: (refresher: Refresher) => refreshers.push(refresher),
      checkDCE: () => undefined,
      onScheduleFiberRoot: (_id: number, root: object) => roots.add(root),
      onCommitFiberRoot: (_id: number, root: object) => roots.add(root),
      onCommitFiberUnmount: () => undefined,
    },
  }
}

// As the bundler's runtime does: React hands its refresher over when it is loaded, so the hook has to be there
// before. It is loaded once for all files of a worker, this module once for each.
globalThis.__REACT_DEVTOOLS_GLOBAL_HOOK__ ??= createHook()

export const { refreshers, roots } = globalThis.__REACT_DEVTOOLS_GLOBAL_HOOK__
