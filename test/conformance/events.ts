import { expect } from 'vitest'
import { type Expectation, next, noted, thrownBy, untyped } from './expectation.ts'

const TYPES = ['open', 'message', 'error', 'close'] as const

const handlers = TYPES.flatMap((type): Expectation[] => {
  const name = `on${type}` as const
  return [
    {
      name: `${name} is null at first, and whatever was set`,
      run({ make }) {
        const socket = make()
        expect(socket[name]).toBeNull()
        const handler = () => {}
        socket[name] = handler
        expect(socket[name]).toBe(handler)
        socket[name] = null
        expect(socket[name]).toBeNull()
      },
    },
    ...[undefined, null, 1, 'x', true, Symbol('x'), 1n].map(
      (value): Expectation => ({
        name: `${name} becomes null by ${typeof value} ${String(value)}`,
        run({ make }) {
          const socket = make()
          socket[name] = () => {}
          socket[name] = untyped(value)
          expect(socket[name]).toBeNull()
        },
      }),
    ),
    {
      name: `${name} keeps an object that cannot be called, and does not call it`,
      run({ make }) {
        const socket = make()
        const object = {
          handleEvent() {
            throw new Error('It was called.')
          },
        }
        socket[name] = untyped(object)
        expect(socket[name]).toBe(object)
        socket.dispatchEvent(new Event(type))
      },
    },
    {
      name: `${name} is called by dispatchEvent, with the event, on the socket`,
      run({ make }) {
        const socket = make()
        const calls: unknown[][] = []
        socket[name] = untyped(function (this: unknown, ...args: unknown[]) {
          calls.push([this, ...args])
        })
        const event = new Event(type)
        expect(socket.dispatchEvent(event)).toBe(true)
        expect(calls).toEqual([[socket, event]])
        socket.dispatchEvent(new Event('other'))
        expect(calls).toHaveLength(1)
      },
    },
  ]
})

export const eventExpectations: readonly Expectation[] = [
  ...handlers,
  {
    name: 'a handler has the place among the listeners that it was first set at',
    run({ make }) {
      const socket = make()
      const calls: string[] = []
      socket.addEventListener('open', () => calls.push('before'))
      socket.onopen = () => calls.push('first handler')
      socket.addEventListener('open', () => calls.push('after'))
      socket.onopen = () => calls.push('handler')
      socket.dispatchEvent(new Event('open'))
      expect(calls).toEqual(['before', 'handler', 'after'])
    },
  },
  {
    name: 'a handler that was null goes to the end of the listeners',
    run({ make }) {
      const socket = make()
      const calls: string[] = []
      socket.onopen = () => calls.push('gone')
      socket.addEventListener('open', () => calls.push('listener'))
      socket.onopen = null
      socket.onopen = () => calls.push('handler')
      socket.dispatchEvent(new Event('open'))
      expect(calls).toEqual(['listener', 'handler'])
    },
  },
  {
    name: 'a handler that is taken away while an event is told is not called',
    run({ make }) {
      const socket = make()
      let called = false
      socket.addEventListener('open', () => {
        socket.onopen = null
      })
      socket.onopen = () => {
        called = true
      }
      socket.dispatchEvent(new Event('open'))
      expect(called).toBe(false)
    },
  },
  {
    name: 'a handler that returns false cancels an event that can be cancelled',
    run({ make }) {
      const socket = make()
      socket.onopen = () => false
      expect(socket.dispatchEvent(new Event('open', { cancelable: true }))).toBe(false)
      expect(socket.dispatchEvent(new Event('open'))).toBe(true)
      socket.onopen = () => 0
      expect(socket.dispatchEvent(new Event('open', { cancelable: true }))).toBe(true)
    },
  },
  {
    name: 'a handler is also a listener of its own: the same function is called twice',
    run({ make }) {
      const socket = make()
      let calls = 0
      const count = () => {
        calls += 1
      }
      socket.onopen = count
      socket.addEventListener('open', count)
      socket.addEventListener('open', count)
      socket.dispatchEvent(new Event('open'))
      expect(calls).toBe(2)
      socket.removeEventListener('open', count)
      socket.dispatchEvent(new Event('open'))
      expect(calls).toBe(3)
    },
  },
  {
    name: 'removeEventListener() does not take a handler away',
    run({ make }) {
      const socket = make()
      let calls = 0
      const count = () => {
        calls += 1
      }
      socket.onopen = count
      socket.removeEventListener('open', count)
      socket.dispatchEvent(new Event('open'))
      expect(calls).toBe(1)
    },
  },
  {
    name: 'stopImmediatePropagation() keeps the event from the handler',
    run({ make }) {
      const socket = make()
      let called = false
      socket.addEventListener('message', (event) => event.stopImmediatePropagation())
      socket.onmessage = () => {
        called = true
      }
      socket.dispatchEvent(new Event('message'))
      expect(called).toBe(false)
    },
  },
  {
    name: 'once, signal and handleEvent objects work for its own events',
    async run({ make, line }) {
      await line.order('configure', { echo: true })
      const socket = make()
      const calls: string[] = []
      const controller = new AbortController()
      const object = { handleEvent: ({ type }: Event) => void calls.push(`object ${type}`) }
      socket.addEventListener('message', () => calls.push('once'), { once: true })
      socket.addEventListener('message', () => calls.push('signal'), { signal: controller.signal })
      socket.addEventListener('message', object)
      await next(socket, 'open')
      socket.send('1')
      await next(socket, 'message')
      controller.abort()
      socket.send('2')
      await next(socket, 'message')
      socket.removeEventListener('message', object)
      socket.send('3')
      await next(socket, 'message')
      expect(calls).toEqual(['once', 'signal', 'object message', 'object message'])
    },
  },
  {
    name: 'open is a plain Event of the socket, when it is OPEN',
    async run({ make }) {
      const socket = make()
      const event = await new Promise<Event>((resolve) => {
        socket.onopen = (event) => {
          const { readyState } = socket
          expect([readyState, event.target, event.currentTarget]).toEqual([1, socket, socket])
          resolve(event)
        }
      })
      const { type, bubbles, cancelable, composed } = event
      expect({ type, bubbles, cancelable, composed }).toEqual({
        type: 'open',
        bubbles: false,
        cancelable: false,
        composed: false,
      })
      expect(String(event)).toBe('[object Event]')
      expect(Object.getPrototypeOf(event)).toBe(Event.prototype)
    },
  },
  {
    name: 'message is a MessageEvent with data and origin',
    async run({ open, line }) {
      const socket = await open()
      const told = next(socket, 'message')
      await line.order('sendText', 'grüße')
      const event = await told
      expect(event).toBeInstanceOf(MessageEvent)
      expect(event.data).toBe('grüße')
      expect(event.origin).toBe(new URL(line.url).origin)
      expect(event.lastEventId).toBe('')
      expect(event.source).toBeNull()
      expect(event.ports).toEqual([])
      expect([event.target, event.bubbles, event.cancelable]).toEqual([socket, false, false])
    },
  },
  {
    name: 'close is a CloseEvent with code, reason and wasClean, when it is CLOSED',
    async run({ open }) {
      const socket = await open()
      const closed = next(socket, 'close').then((event) => ({ event, readyState: socket.readyState }))
      socket.close(4321, 'grüße')
      const { event, readyState } = await closed
      expect(readyState).toBe(3)
      expect(String(event)).toBe('[object CloseEvent]')
      expect(event).toBeInstanceOf(Event)
      const { code, reason, wasClean, target, bubbles, cancelable } = event
      expect({ code, reason, wasClean, bubbles, cancelable }).toEqual({
        code: 4321,
        reason: 'grüße',
        wasClean: true,
        bubbles: false,
        cancelable: false,
      })
      expect(target).toBe(socket)
    },
  },
  {
    name: 'a clean life is open, messages, close; without error',
    async run({ open, make, line }) {
      await open()
      await line.order('configure', { echo: true })
      const socket = make()
      const names = noted(socket)
      await next(socket, 'open')
      socket.send('1')
      socket.send('2')
      socket.onmessage = ({ data }) => {
        if (data === '2') socket.close(1000)
      }
      await next(socket, 'close')
      expect(names).toEqual(['open', 'message', 'message', 'close'])
    },
  },
  {
    name: 'no event comes before the task that made the socket is over',
    async run({ make }) {
      const socket = make()
      const names = noted(socket)
      await Promise.resolve()
      expect(names).toEqual([])
      await next(socket, 'open')
    },
  },
  {
    name: 'a refused handshake is error, then close 1006, both when CLOSED',
    async run({ make, line }) {
      await line.order('refuseWith', 503)
      const socket = make()
      const told: unknown[] = []
      socket.onerror = (event) => told.push([event.type, String(event), socket.readyState])
      socket.onclose = ({ type, code, reason, wasClean }) => {
        told.push([type, code, reason, wasClean, socket.readyState])
      }
      await next(socket, 'close')
      expect(told).toEqual([
        ['error', '[object Event]', 3],
        ['close', 1006, '', false, 3],
      ])
    },
    instead: {
      why: 'it comes back: the events are the same, and readyState is CONNECTING',
      async run({ make, line }) {
        await line.order('refuseWith', 503)
        const socket = make()
        const told: unknown[] = []
        socket.onerror = () => told.push(['error', socket.readyState])
        socket.onclose = ({ code, wasClean }) => told.push(['close', code, wasClean, socket.readyState])
        await next(socket, 'close')
        expect(told).toEqual([
          ['error', 0],
          ['close', 1006, false, 0],
        ])
        // Asked for first: with a delay of 10 ms it may open before the order's answer is here.
        const opened = next(socket, 'open')
        await line.order('refuseWith')
        await opened
      },
    },
  },
  {
    name: 'binaryType takes its two values, and ignores all others',
    run({ make }) {
      const socket = make()
      socket.binaryType = 'arraybuffer'
      for (const other of ['', 'Blob', 'ArrayBuffer', 'blob\u0000', null, undefined, 1, {}]) {
        socket.binaryType = untyped(other)
        expect(socket.binaryType).toBe('arraybuffer')
      }
      socket.binaryType = untyped({ toString: () => 'blob' })
      expect(socket.binaryType).toBe('blob')
      expect(thrownBy(() => Reflect.set(socket, 'binaryType', Symbol('x')))).toBe('TypeError')
    },
  },
  {
    name: 'binaryType decides what a binary message is, from one to the next',
    async run({ open, line }) {
      const socket = await open()
      const first = next(socket, 'message')
      await line.order('sendBytes', 'one')
      const { data: blob } = await first
      expect(blob).toBeInstanceOf(Blob)
      expect(await blob.text()).toBe('one')
      socket.binaryType = 'arraybuffer'
      const second = next(socket, 'message')
      await line.order('sendBytes', 'two')
      const { data: buffer } = await second
      expect(buffer).toBeInstanceOf(ArrayBuffer)
      expect(new TextDecoder().decode(buffer)).toBe('two')
    },
  },
]
