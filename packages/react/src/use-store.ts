import { useEffect, useMemo, useRef } from 'react'

/**
 * What a component has of a connection, for as long as it is of the same one and has the same key. A memo alone would
 * not do: Fast Refresh makes each anew, and React may.
 */
export function useStore<Store>(
  connection: object | null | undefined,
  key: string | undefined,
  create: () => Store,
): Store {
  const shown = useRef<{ connection: typeof connection; key: typeof key; store: Store }>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: connection and key say when it is another one
  const store = useMemo(() => {
    const before = shown.current
    return before && before.connection === connection && before.key === key ? before.store : create()
  }, [connection, key])
  useEffect(() => {
    shown.current = { connection, key, store }
  }, [connection, key, store])
  return store
}
