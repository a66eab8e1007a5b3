import type { ConnectionState, OutboxSnapshot } from '@holdfast/core'
import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import type { Example } from './example.ts'
import { describe } from './state-text.ts'

const MOST_LINES = 60

export interface Line {
  readonly id: number
  readonly text: string
  readonly isMessage: boolean
}

/** An example that lives as long as its component is in the page, and what it tells. */
export function useExample() {
  const state = shallowRef<ConnectionState>({ status: 'idle', attempt: 0 })
  const outbox = shallowRef<Pick<OutboxSnapshot, 'queued' | 'written'>>({ queued: 0, written: 0 })
  const lines = shallowRef<readonly Line[]>([])
  const example = shallowRef<Example>()
  const now = ref(0)
  let ticking: ReturnType<typeof setInterval> | undefined
  let lastId = 0
  let isGone = false

  onMounted(async () => {
    // Only now: a page without it loads nothing of the library, and a server that renders does not dial.
    const { startExample } = await import('./example.ts')
    if (isGone) return
    example.value = startExample({
      state(next) {
        state.value = next
      },
      outbox(next) {
        outbox.value = next
      },
      message: (message) => add(message, true),
      line: (line) => add(line, false),
    })
    tick()
    ticking = setInterval(tick, 100)
  })

  onBeforeUnmount(() => {
    isGone = true
    clearInterval(ticking)
    example.value?.end()
  })

  /** For the countdown. */
  function tick(): void {
    now.value = Date.now()
  }

  function add(text: string, isMessage: boolean): void {
    lastId += 1
    lines.value = [...lines.value, { id: lastId, text, isMessage }].slice(-MOST_LINES)
  }

  return { state, outbox, lines, example, told: computed(() => describe(state.value, now.value)) }
}
