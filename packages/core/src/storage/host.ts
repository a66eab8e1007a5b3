/** Web Locks, as far as they are used: each opening of a storage lives as long as it holds a lock. */
export interface Locks {
  request<T>(
    name: string,
    options: { readonly signal?: AbortSignal; readonly ifAvailable?: boolean },
    callback: (lock: object | null) => Promise<T>,
  ): Promise<T>
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>
}

/** How tabs hear of each other. */
export interface Channel {
  onmessage: ((event: MessageEvent<unknown>) => void) | null
  postMessage(message: string): void
  close(): void
}

/** What a stored outbox needs of its host. */
export interface StorageHost {
  readonly locks: Locks
  channel(name: string): Channel
  /** A name that no other session has. */
  session(): string
}

/**
 * Looks among the globals for what there is now: nothing is touched at import.
 *
 * @throws Error naming what is missing: in Node, where a server renders, in an insecure context.
 */
export function storageHost(): StorageHost {
  if (globalThis.indexedDB === undefined) throw new Error('This host has no IndexedDB.')
  // The DOM's types know no insecure context and no old browser.
  const { locks } = (globalThis.navigator ?? {}) as Partial<Navigator>
  if (locks === undefined) {
    throw new Error(
      'This host has no Web Locks: browsers have them in a secure context (https: or localhost).',
    )
  }
  return {
    locks,
    channel: (name) => new BroadcastChannel(name),
    session: () => crypto.randomUUID(),
  }
}
