import { constant } from '@holdfast/core'
import { expect, onTestFinished, vi } from 'vitest'
import { startLine } from './line.ts'
import { Notes, type View, type ViewKit } from './view-kit.ts'

export const PATIENT = { timeout: 20_000, interval: 5 }

export function view(shows: View['shows'], url: string, backoff = 200): View {
  return { shows, url, options: { reconnect: { backoff: constant(backoff) } }, notes: new Notes() }
}

/** Counts the frames that are drawn, until it is asked. */
export function countFrames(): () => number {
  let frames = 0
  let handle = requestAnimationFrame(function count() {
    frames += 1
    handle = requestAnimationFrame(count)
  })
  return () => {
    cancelAnimationFrame(handle)
    return frames
  }
}

/** A page of the framework, and a server with its line. */
export async function setUp(kit: ViewKit) {
  const line = await startLine()
  const container = document.createElement('div')
  document.body.append(container)
  const root = kit.createRoot(container)
  const unmount = (): void => root.unmount()
  onTestFinished(() => {
    unmount()
    container.remove()
  })
  const shown = (): (string | null)[] =>
    [...container.querySelectorAll('p')].filter((p) => p.checkVisibility()).map((p) => p.textContent)
  return {
    line,
    unmount,
    render: async (...views: View[]) => root.render(views),
    /** Waits until this is what can be seen, component by component. */
    see: (...expected: string[]) => vi.waitFor(() => expect(shown()).toEqual(expected), PATIENT),
  }
}
