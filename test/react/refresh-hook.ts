/** What a fast-refresh runtime asks of React. */
export interface Refresher {
  setRefreshHandler(resolve: (type: unknown) => { current: unknown } | undefined): void
  scheduleRefresh(root: object, update: { staleFamilies: Set<object>; updatedFamilies: Set<object> }): void
}

/** As the bundler's runtime does: React hands this over when it is loaded, so it has to come before. */
export const refreshers: Refresher[] = []
export const roots = new Set<object>()

Object.assign(globalThis, {
  __REACT_DEVTOOLS_GLOBAL_HOOK__: {
    supportsFiber: true,
    inject: (refresher: Refresher) => refreshers.push(refresher),
    checkDCE: () => undefined,
    onScheduleFiberRoot: (_id: number, root: object) => roots.add(root),
    onCommitFiberRoot: (_id: number, root: object) => roots.add(root),
    onCommitFiberUnmount: () => undefined,
    onPostCommitFiberRoot: () => undefined,
  },
})
