import { expect } from 'vitest'
import { type Expectation, thrownBy, untyped } from './expectation.ts'

const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }
const READ_ONLY = ['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol']
const WRITABLE = ['binaryType', 'onopen', 'onmessage', 'onerror', 'onclose']

const constants = Object.entries(STATES).map(
  ([name, value]): Expectation => ({
    name: `${name} is a constant of class and prototype`,
    run({ WebSocket }) {
      const descriptor = { value, writable: false, enumerable: true, configurable: false }
      expect(Object.getOwnPropertyDescriptor(WebSocket, name)).toEqual(descriptor)
      expect(Object.getOwnPropertyDescriptor(WebSocket.prototype, name)).toEqual(descriptor)
    },
  }),
)

const readOnly = READ_ONLY.map(
  (name): Expectation => ({
    name: `${name} is a read-only accessor of the prototype`,
    run({ WebSocket, make }) {
      const descriptor = Object.getOwnPropertyDescriptor(WebSocket.prototype, name)
      expect(descriptor).toMatchObject({ enumerable: true, configurable: true, set: undefined })
      const socket = make()
      expect(Object.hasOwn(socket, name)).toBe(false)
      const before = Reflect.get(socket, name)
      // As JavaScript without strict mode does: nothing.
      expect(Reflect.set(socket, name, 'other')).toBe(false)
      expect(Reflect.get(socket, name)).toBe(before)
    },
  }),
)

const writable = WRITABLE.map(
  (name): Expectation => ({
    name: `${name} is an accessor of the prototype`,
    run({ WebSocket, make }) {
      const descriptor = Object.getOwnPropertyDescriptor(WebSocket.prototype, name)
      expect(descriptor).toMatchObject({ enumerable: true, configurable: true })
      expect(typeof descriptor?.get).toBe('function')
      expect(typeof descriptor?.set).toBe('function')
      expect(Object.hasOwn(make(), name)).toBe(false)
    },
  }),
)

const getters = [...READ_ONLY, ...WRITABLE].map(
  (name): Expectation => ({
    name: `${name} throws a TypeError on anything but a WebSocket`,
    run({ WebSocket }) {
      const get = Object.getOwnPropertyDescriptor(WebSocket.prototype, name)?.get
      expect([get?.name, get?.length]).toEqual([`get ${name}`, 0])
      expect(thrownBy(() => get?.call({}))).toBe('TypeError')
      expect(thrownBy(() => get?.call(WebSocket.prototype))).toBe('TypeError')
    },
  }),
)

const setters = WRITABLE.map(
  (name): Expectation => ({
    name: `${name} cannot be set on anything but a WebSocket`,
    run({ WebSocket }) {
      const set = Object.getOwnPropertyDescriptor(WebSocket.prototype, name)?.set
      expect([set?.name, set?.length]).toEqual([`set ${name}`, 1])
      expect(thrownBy(() => set?.call({}, 'blob'))).toBe('TypeError')
      expect(thrownBy(() => set?.call(new EventTarget(), null))).toBe('TypeError')
    },
  }),
)

const methods = [
  { name: 'send', length: 1 },
  { name: 'close', length: 0 },
].map(
  ({ name, length }): Expectation => ({
    name: `${name}() is a method of the prototype, of length ${length}`,
    run({ WebSocket }) {
      const descriptor = Object.getOwnPropertyDescriptor(WebSocket.prototype, name)
      expect(descriptor).toMatchObject({ enumerable: true, configurable: true, writable: true })
      expect([descriptor?.value.name, descriptor?.value.length]).toEqual([name, length])
      expect(thrownBy(() => descriptor?.value.call({}, 'x'))).toBe('TypeError')
    },
  }),
)

export const interfaceExpectations: readonly Expectation[] = [
  ...constants,
  ...readOnly,
  ...writable,
  ...getters,
  ...setters,
  ...methods,
  {
    name: 'constants cannot be changed',
    run({ WebSocket, make }) {
      const socket = make()
      for (const [name, value] of Object.entries(STATES)) {
        for (const target of [WebSocket, WebSocket.prototype, socket]) {
          expect(Reflect.set(target, name, 9)).toBe(false)
          expect(Reflect.deleteProperty(WebSocket, name)).toBe(false)
          expect(Reflect.get(target, name)).toBe(value)
        }
      }
    },
  },
  {
    name: 'the class needs new',
    run({ WebSocket, line }) {
      const call: (url: string) => unknown = untyped(WebSocket)
      expect(thrownBy(() => call(line.url))).toBe('TypeError')
    },
  },
  {
    name: 'the class needs a URL',
    run({ WebSocket }) {
      const Untyped: new () => unknown = untyped(WebSocket)
      expect(thrownBy(() => new Untyped())).toBe('TypeError')
    },
  },
  {
    name: 'class and prototype extend those of EventTarget',
    run({ WebSocket }) {
      expect(Object.getPrototypeOf(WebSocket)).toBe(EventTarget)
      expect(Object.getPrototypeOf(WebSocket.prototype)).toBe(EventTarget.prototype)
      expect(Object.getOwnPropertyDescriptor(WebSocket.prototype, 'constructor')).toEqual({
        value: WebSocket,
        writable: true,
        enumerable: false,
        configurable: true,
      })
    },
  },
  {
    name: 'the class is named WebSocket',
    run({ WebSocket }) {
      expect(WebSocket.name).toBe('WebSocket')
      expect(WebSocket.prototype[Symbol.toStringTag as never]).toBe('WebSocket')
    },
  },
  {
    name: 'the class has length 1',
    run({ WebSocket }) {
      expect(WebSocket.length).toBe(1)
    },
  },
  {
    name: 'the prototype cannot be replaced',
    run({ WebSocket }) {
      expect(Reflect.set(WebSocket, 'prototype', {})).toBe(false)
    },
  },
  {
    name: 'an instance is an EventTarget',
    run({ WebSocket, make }) {
      const socket = make()
      expect(socket).toBeInstanceOf(WebSocket)
      expect(socket).toBeInstanceOf(EventTarget)
      expect(socket.constructor).toBe(WebSocket)
    },
  },
  {
    name: 'an instance is named WebSocket as a text',
    run({ make }) {
      expect(String(make())).toBe('[object WebSocket]')
    },
  },
  {
    name: 'an instance has no members of its own',
    run({ make }) {
      expect(Object.keys(make())).toEqual([])
    },
  },
  {
    name: 'members are listed by for…in',
    run({ make }) {
      const names: string[] = []
      for (const name in make()) names.push(name)
      expect(names).toEqual(
        expect.arrayContaining([...READ_ONLY, ...WRITABLE, ...Object.keys(STATES), 'send', 'close']),
      )
    },
  },
  {
    name: 'a member can be shadowed on an instance',
    run({ make }) {
      const socket = make()
      Object.defineProperty(socket, 'bufferedAmount', { value: 'mine' })
      expect(socket.bufferedAmount).toBe('mine')
    },
  },
  {
    name: 'the class can be extended',
    async run({ WebSocket, line }) {
      class Extended extends WebSocket {
        readonly extra = 1
      }
      const socket = new Extended(line.url)
      expect(socket).toBeInstanceOf(WebSocket)
      expect(socket.extra).toBe(1)
      await new Promise((resolve) => socket.addEventListener('open', resolve))
      socket.close()
    },
  },
]
