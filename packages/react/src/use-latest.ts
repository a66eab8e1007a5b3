import { type RefObject, useInsertionEffect, useRef } from 'react'

/** The value of the newest committed render, set before any other effect of that commit runs. */
export function useLatest<T>(value: T): Readonly<RefObject<T>> {
  const latest = useRef(value)
  useInsertionEffect(() => {
    latest.current = value
  })
  return latest
}
