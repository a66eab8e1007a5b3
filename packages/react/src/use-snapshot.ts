import type { Connection } from '@holdfast/core'
import {
  type ConnectionSnapshot,
  DISCONNECTED,
  type SnapshotPart,
  snapshotsOf,
} from '@holdfast/core/bindings'
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'

/** A connection, or none: then hooks render what is rendered on a server. */
export type MaybeConnection<Incoming, Outgoing> = Connection<Incoming, Outgoing> | null | undefined

/** One part of a connection, or what a selector makes of it: renders when that changes. */
export function useSnapshot<Incoming, Outgoing, Part extends SnapshotPart, Selected>(
  connection: MaybeConnection<Incoming, Outgoing>,
  part: Part,
  select: (value: ConnectionSnapshot<Incoming>[Part]) => Selected,
  isEqual: (a: Selected, b: Selected) => boolean = Object.is,
): Selected {
  const store = connection ? snapshotsOf(connection) : undefined
  const shown = useRef<Box<Selected>>(undefined)
  const pick = useMemo(() => memoized(select, isEqual, shown), [select, isEqual])
  const selected = useSyncExternalStore(
    useCallback((listener) => store?.subscribe(listener, [part]) ?? doNothing, [store, part]),
    () => pick((store?.get() ?? DISCONNECTED)[part]),
    () => pick(DISCONNECTED[part]),
  )
  useEffect(() => {
    shown.current = { value: selected }
  }, [selected])
  return selected
}

interface Box<Value> {
  readonly value: Value
}

/** Selects once for each input; an equal result is the one before, also that of the selector before. */
function memoized<Input, Value>(
  select: (input: Input) => Value,
  isEqual: (a: Value, b: Value) => boolean,
  shown: { readonly current: Box<Value> | undefined },
): (input: Input) => Value {
  let last: (Box<Value> & { readonly input: Input }) | undefined
  return (input) => {
    if (last && Object.is(last.input, input)) return last.value
    const before = last ?? shown.current
    const value = select(input)
    last = { input, value: before && isEqual(before.value, value) ? before.value : value }
    return last.value
  }
}

function doNothing(): void {}
