import { useLastMessage, useMessages, useWebSocket } from '@holdfast/vue'
import { useWebSocket as useVueUse } from '@vueuse/core'
import { createApp, defineComponent, h, onUnmounted, shallowRef, watch } from 'vue'

/** What a way of taking messages has done with a burst. */
export interface Counts {
  /** Calls of a handler, or runs of a watcher. */
  calls: number
  renders: number
  last: unknown
}

export interface Page {
  /** Mounts a component that takes messages in this way; resolves once it is connected. No URL: in the page. */
  mount(way: Way, url: string | undefined): Promise<void>
  /** Hands messages over in the page, so many in one task, as a polyfill or a relay between tabs does. */
  burst(messages: readonly string[], inOneTask: number): Promise<void>
  /** What came since; unmounts. */
  finish(): Counts
}

const counts: Counts = { calls: 0, renders: 0, last: undefined }

/** The least that a handler can do. */
function take(message: unknown): void {
  counts.calls += 1
  counts.last = message
}

/** Each is a setup function: takes messages, tells when it is open, and returns what is rendered. */
const ways = {
  'bare onmessage': (url: string, onOpen: () => void) => {
    const socket = new WebSocket(url)
    socket.onopen = onOpen
    socket.onmessage = ({ data }) => take(data)
    onUnmounted(() => socket.close())
    return shallowRef()
  },
  'bare onmessage, into a ref that is rendered': (url: string, onOpen: () => void) => {
    const socket = new WebSocket(url)
    const last = shallowRef()
    socket.onopen = onOpen
    socket.onmessage = ({ data }) => {
      take(data)
      last.value = data
    }
    onUnmounted(() => socket.close())
    return last
  },
  useMessages: (url: string, onOpen: () => void) => {
    const { status, connection } = useWebSocket(url)
    useMessages(connection, take)
    watch(status, (value) => value === 'open' && onOpen())
    return shallowRef()
  },
  'watch(useLastMessage())': (url: string, onOpen: () => void) => {
    const { status, connection } = useWebSocket(url)
    const last = useLastMessage(connection)
    watch(last, take)
    watch(status, (value) => value === 'open' && onOpen())
    return last
  },
  'VueUse, watch(data)': (url: string, onOpen: () => void) => {
    const { data } = useVueUse(url, { onConnected: onOpen })
    watch(data, take)
    return data
  },
  'VueUse, onMessage': (url: string, onOpen: () => void) => {
    useVueUse(url, { onConnected: onOpen, onMessage: (_socket, { data }) => take(data) })
    return shallowRef()
  },
}

export type Way = keyof typeof ways

let unmount = (): void => {}
let mounts = 0

const NativeWebSocket = globalThis.WebSocket
let socketInPage: SocketInPage | undefined

/** As much of a WebSocket as is used above, without a server. */
class SocketInPage extends EventTarget {
  readyState = 0
  bufferedAmount = 0

  constructor() {
    super()
    socketInPage = this
    queueMicrotask(() => {
      this.readyState = 1
      this.dispatchEvent(new Event('open'))
    })
  }

  // As in the native class they are listeners, and are called as such: by the browser, not by a plain call.
  set onopen(handler: (event: Event) => void) {
    this.addEventListener('open', handler)
  }

  set onmessage(handler: (event: MessageEvent) => void) {
    this.addEventListener('message', handler as (event: Event) => void)
  }

  receive(data: string): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }

  close(): void {
    this.readyState = 3
    this.dispatchEvent(new CloseEvent('close', { code: 1005, wasClean: true }))
  }
}

const page: Page = {
  async mount(way, url) {
    Object.assign(globalThis, { WebSocket: url === undefined ? SocketInPage : NativeWebSocket })
    // A URL of its own: for a moment Holdfast keeps the connection of the one before.
    mounts += 1
    const own = `${url ?? 'ws://page.test/'}?${mounts}`
    const host = document.createElement('div')
    document.body.append(host)
    await new Promise<void>((resolve) => {
      const app = createApp(
        defineComponent(() => {
          const last = ways[way](own, resolve)
          return () => {
            counts.renders += 1
            return h('p', String(last.value))
          }
        }),
      )
      app.mount(host)
      unmount = () => {
        app.unmount()
        host.remove()
      }
    })
    // A render for `open` itself is not one of the burst.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    Object.assign(counts, { calls: 0, renders: 0, last: undefined })
  },
  async burst(messages, inOneTask) {
    for (let index = 0; index < messages.length; index += inOneTask) {
      for (const message of messages.slice(index, index + inOneTask)) socketInPage?.receive(message)
      const { port1, port2 } = new MessageChannel()
      await new Promise((resolve) => {
        port1.onmessage = resolve
        port2.postMessage(undefined)
      })
    }
  },
  finish() {
    unmount()
    return { ...counts }
  },
}

Object.assign(globalThis, { page, ways: Object.keys(ways) })
