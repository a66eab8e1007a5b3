import { constant } from '@holdfast/core'
import { expect, it, onTestFinished, vi } from 'vitest'
import {
  type Component,
  createApp,
  defineComponent,
  Fragment,
  h,
  KeepAlive,
  ref,
  type VNodeChild,
  watch,
} from 'vue'
import { useMessages, useWebSocket } from '../../packages/vue/src/index.ts'
import { quirks } from './host.ts'
import { startLine } from './line.ts'

const BURST = 10_000

function component(setup: () => () => VNodeChild): Component {
  return defineComponent({ setup })
}

function show(root: Component) {
  const container = document.createElement('div')
  document.body.append(container)
  const app = createApp(root)
  const unmount = (): void => {
    app.unmount()
    container.remove()
  }
  onTestFinished(unmount)
  app.mount(container)
  return {
    unmount,
    text: (expected: string) =>
      vi.waitFor(() => expect(container.textContent).toBe(expected), { timeout: 20_000, interval: 5 }),
  }
}

/** Counts the frames that are drawn, until it is asked. */
function countFrames(): () => number {
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

it('keeps one socket through remounts, and closes it after the last', async () => {
  const line = await startLine()
  const isShown = ref(true)
  const Status = component(() => {
    const { status } = useWebSocket(line.url)
    return () => status.value
  })
  const { text } = show(component(() => () => (isShown.value ? h(Status) : 'none')))
  await text('open')
  for (let round = 0; round < 5; round++) {
    isShown.value = false
    await text('none')
    isShown.value = true
    await text('open')
  }
  expect(await line.report()).toMatchObject({ accepted: 1, live: 1 })
  isShown.value = false
  const { closed } = await line.until({ closed: 1 })
  expect(closed).toMatchObject([{ code: 1005 }])
  expect(await line.report()).toMatchObject({ accepted: 1, live: 0 })
})

it('shares one socket among ten components, which all render its way back after a reset', async () => {
  const line = await startLine()
  const seen = new Set<string>()
  const Status = component(() => {
    const { status } = useWebSocket(line.url, { reconnect: { backoff: constant(200) } })
    watch(status, (value) => seen.add(value), { immediate: true })
    return () => `${status.value} `
  })
  const { text } = show(
    component(
      () => () =>
        h(
          Fragment,
          Array.from({ length: 10 }, () => h(Status)),
        ),
    ),
  )
  await text('open '.repeat(10))
  await line.order('reset')
  await text('waiting '.repeat(10))
  await text('open '.repeat(10))
  expect(await line.report()).toMatchObject({ accepted: 2, live: 1 })
  expect([...seen].sort()).toEqual(['connecting', 'open', 'waiting'])
})

it('leaves nothing when it is unmounted while the handshake hangs', async () => {
  const line = await startLine()
  await line.order('hangHandshake', true)
  const { text, unmount } = show(
    component(() => {
      const { status } = useWebSocket(line.url)
      return () => status.value
    }),
  )
  await text('connecting')
  await line.until({ handshakes: 1 })
  unmount()
  if (quirks.keepsHungHandshakes) return
  await vi.waitFor(async () => expect((await line.report()).connections).toBe(0), { timeout: 5_000 })
})

it.each([
  ['different', (index: number) => String(index)],
  ['equal', () => 'same'],
])(
  'hands 10,000 %s messages to useMessages without a render, and runs a watcher at most once a frame',
  async (_kind, make) => {
    const line = await startLine()
    await line.order('configure', { echo: true })
    const taken: unknown[] = []
    const watched: unknown[] = []
    const renders = { every: 0, last: 0 }
    let send: (message: string) => boolean = () => false
    const Every = component(() => {
      const socket = useWebSocket(line.url)
      send = socket.send
      useMessages(socket.connection, (message) => taken.push(message))
      return () => {
        renders.every += 1
        return null
      }
    })
    const Last = component(() => {
      const { status, lastMessage } = useWebSocket(line.url)
      watch(lastMessage, (message) => watched.push(message))
      return () => {
        renders.last += 1
        return `${status.value} ${String(lastMessage.value)} ${taken.length}`
      }
    })
    const { text } = show(component(() => () => [h(Every), h(Last)]))
    await text('open undefined 0')
    const before = { ...renders }
    const frames = countFrames()
    const expected = Array.from({ length: BURST }, (_, index) => make(index))
    for (const message of expected) send(message)
    await text(`open ${make(BURST - 1)} ${BURST}`)
    const drawn = frames()
    expect(taken).toEqual(expected)
    expect(renders.every - before.every).toBe(0)
    expect(watched.at(-1)).toBe(expected.at(-1))
    expect(watched.length).toBeLessThanOrEqual(drawn + 1)
    expect(renders.last - before.last).toBe(watched.length)
  },
)

it('keeps the socket of a component that KeepAlive has put away', async () => {
  const line = await startLine()
  const isShown = ref(true)
  const taken: unknown[] = []
  const Kept = component(() => {
    const { status, connection } = useWebSocket(line.url)
    useMessages(connection, (message) => taken.push(message))
    return () => `${status.value} ${taken.length}`
  })
  const Other = component(() => () => 'other')
  const { text, unmount } = show(component(() => () => h(KeepAlive, () => h(isShown.value ? Kept : Other))))
  await text('open 0')
  isShown.value = false
  await text('other')
  await line.order('sendText', 'while away')
  await vi.waitFor(() => expect(taken).toEqual(['while away']), { timeout: 5_000 })
  expect(await line.report()).toMatchObject({ accepted: 1, live: 1 })
  unmount()
  await line.until({ closed: 1 })
})
