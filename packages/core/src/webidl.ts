import { isArrayBuffer, isBlob } from './bytes.ts'
import type { RawOutgoing } from './codec.ts'
import { isHoldfastError } from './errors.ts'

// What Web IDL does with the arguments of a WebSocket's members: https://webidl.spec.whatwg.org/

/** To a USVString. Throws a TypeError for a symbol. */
export function usvString(value: unknown): string {
  // ES2024: asked before anything is searched for, where the host has it.
  const text: string & { isWellFormed?(): boolean } = domString(value)
  if (text.isWellFormed?.()) return text
  // With the `u` flag a pair is one code point: only lone surrogates are matched.
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}

/** To `DOMString or sequence<DOMString>`, as a list. */
export function stringList(value: unknown): string[] {
  if (isObject(value) && Symbol.iterator in value && value[Symbol.iterator] != null) {
    // Whatever it is: what is no function throws the TypeError that the standard asks for.
    return Array.from(value as Iterable<unknown>, domString)
  }
  return [domString(value)]
}

/** To `[Clamp] unsigned short`. */
export function clampedShort(value: unknown): number {
  // Unary plus is the language's ToNumber, which throws for a bigint; Number() does not. NaN is 0.
  const number = +(value as number) || 0
  const clamped = Math.min(Math.max(number, 0), 0xffff)
  const floor = Math.floor(clamped)
  const rest = clamped - floor
  // To the nearest; halves to the even one.
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

/** To `BufferSource or Blob or USVString`. Throws a TypeError for a view of shared memory. */
export function sendable(value: unknown): RawOutgoing {
  // First, as most messages are: the questions below ask for a tag, which is slow.
  if (typeof value === 'string') return usvString(value)
  if (isBlob(value)) return value
  if (ArrayBuffer.isView(value)) {
    if (!isArrayBuffer(value.buffer)) throw new TypeError('Shared memory cannot be sent.')
    return filled(value)
  }
  return isArrayBuffer(value) ? filled(value) : usvString(value)
}

/** Event handlers: what is no object is null (`[LegacyTreatNonObjectAsNull]`). */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** A URL or an argument that the standard calls a SyntaxError. */
export function inSyntax<T>(check: () => T): T {
  return inDom('SyntaxError', check)
}

/** Throws as the standard does what is thrown for a bad argument here. */
export function inDom<T>(name: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'CONFIGURATION') throw new DOMException(error.message, name)
    throw error
  }
}

type EventTargetClass = abstract new (...args: never) => EventTarget

/**
 * Gives a class the outside of an interface: constants of its own on class and prototype, and on the prototype
 * all members of another class, also inherited ones, to be listed by `for…in`.
 */
export function shape(
  Class: EventTargetClass,
  From: EventTargetClass,
  constants: Readonly<Record<string, number>>,
): void {
  const { prototype } = Class
  const members = new Map<string, PropertyDescriptor>()
  let holder: object = From.prototype
  for (; holder !== EventTarget.prototype; holder = Object.getPrototypeOf(holder)) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (name !== 'constructor' && !members.has(name)) members.set(name, { ...member, enumerable: true })
    }
  }
  for (const [name, value] of Object.entries(constants)) members.set(name, { value, enumerable: true })
  for (const [name, member] of members) Object.defineProperty(prototype, name, member)
  for (const [name, value] of Object.entries(constants)) {
    Object.defineProperty(Class, name, { value, enumerable: true })
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: 'WebSocket', configurable: true })
}

function domString(value: unknown): string {
  return `${value}`
}

/** A detached buffer is sent as an empty one. */
function filled<Buffer extends ArrayBuffer | ArrayBufferView>(buffer: Buffer): Buffer | ArrayBuffer {
  return buffer.byteLength === 0 ? new ArrayBuffer(0) : buffer
}
