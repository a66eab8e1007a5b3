import { type RefObject, useEffect, useImperativeHandle, useRef } from 'react'

/**
 * True from when a component is shown, null before, and once it is hidden or gone: it changes before the effects of that
 * commit, those of the children too.
 */
export function usePresence(): Readonly<RefObject<true | null>> {
  const presence = useRef<true>(null)
  // Not useLayoutEffect, which React 18 warns of on a server.
  useImperativeHandle(presence, () => true as const, [])
  return presence
}

/**
 * True once the effects of a component have ended: it is gone, or hidden by `<Activity>`; not behind a boundary that
 * falls back. To be used before these effects, so that it changes before they end.
 */
export function useAbsence(): Readonly<RefObject<boolean>> {
  const isGone = useRef(false)
  useEffect(() => {
    isGone.current = false
    return () => {
      isGone.current = true
    }
  }, [])
  return isGone
}
