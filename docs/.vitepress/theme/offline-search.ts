/** A page whose network goes away can still be searched: what that takes is fetched while nothing else is to do. */
export function prepareSearch(): void {
  // In development both are compiled when they are asked for.
  if (import.meta.env.SSR || import.meta.env.DEV || savesData()) return
  const whenIdle = globalThis.requestIdleCallback ?? ((callback: () => void) => setTimeout(callback, 2_000))
  whenIdle(() => {
    Promise.all([
      import('@search-box'),
      import('@localSearchIndex').then(({ default: index }) => index.root?.()),
    ]).catch(() => {
      // The search fetches what it needs when it is opened.
    })
  })
}

function savesData(): boolean {
  const { connection } = navigator as { connection?: { readonly saveData?: boolean } }
  return connection?.saveData === true
}
