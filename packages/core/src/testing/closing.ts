import { utf8Length } from '../bytes.ts'
import { checkObject, oneOf } from '../checks.ts'
import { misconfigured } from '../errors.ts'
import type { Close } from '../websocket-events.ts'
import type { EndEvents } from './fake-line.ts'

/** How an end without a closing handshake is told. */
export interface DropOptions {
  /**
   * What the client's host fires. Chromium and `ws` fire only `'close'` where an open connection is lost, others
   * `'both'` it and `error`, undici 6 only `'error'`. @defaultValue 'close'; 'both' for a refused handshake
   */
  readonly events?: 'close' | 'both' | 'error' | undefined
}

/** How an end by a closing handshake is told. */
export interface CloseOptions {
  /**
   * As of {@link DropOptions}; with `'none'` the server has sent its close frame and keeps the line: the client
   * is CLOSING, and undici would wait for ever. @defaultValue 'close'
   */
  readonly events?: 'close' | 'both' | 'error' | 'none' | undefined
}

const EVENTS = ['close', 'both', 'error'] as const

/** How a handshake is answered. */
export interface AcceptOptions {
  /**
   * The subprotocol it chooses. As in browsers, the handshake fails if that was not offered.
   *
   * @defaultValue the first that was offered and that the server speaks
   */
  readonly protocol?: string | undefined
  /** @defaultValue those of the server, which are `''` unless given */
  readonly extensions?: string | undefined
}

/** @throws HoldfastError `CONFIGURATION` */
export function checkAccept(options: AcceptOptions): void {
  checkObject('accept(options)', options)
  for (const name of ['protocol', 'extensions'] as const) {
    const value = options[name]
    if (value !== undefined && typeof value !== 'string') throw misconfigured(name, 'a string', value)
  }
}

/** What only a host says, and no frame carries (RFC 6455 §7.4.1); 1005 is a frame without a code. */
const NEVER_SENT: readonly unknown[] = [1006, 1015]

/** The end by a close frame. @throws HoldfastError `CONFIGURATION` */
export function framed(code: number, reason: string, options: CloseOptions): [Close, EndEvents] {
  if (!isCode(code) || NEVER_SENT.includes(code)) {
    throw misconfigured('close(code)', '1000 to 4999, but neither 1006 nor 1015: see drop()', code)
  }
  check('close', reason, options)
  return [
    { code, reason: code === 1005 ? '' : reason, wasClean: true },
    oneOf('events', options.events, [...EVENTS, 'none']),
  ]
}

/** The end without one. @throws HoldfastError `CONFIGURATION` */
export function dropped(code: number, reason: string, options: DropOptions): [Close, EndEvents] {
  if (!isCode(code)) throw misconfigured('drop(code)', '1000 to 4999', code)
  check('drop', reason, options)
  return [{ code, reason, wasClean: false }, oneOf('events', options.events, EVENTS)]
}

/** A handshake that fails. @throws HoldfastError `CONFIGURATION` */
export function refused(options: DropOptions): [Close, EndEvents] {
  checkObject('refuse(options)', options)
  return [FAILED, oneOf('events', options.events, ['both', 'close', 'error'])]
}

/** As browsers tell it, whatever the HTTP status was. */
export const FAILED: Close = { code: 1006, reason: '', wasClean: false }

function isCode(code: unknown): boolean {
  return Number.isInteger(code) && Number(code) >= 1000 && Number(code) <= 4999
}

function check(call: 'close' | 'drop', reason: unknown, options: unknown): void {
  const name = `${call}(code, reason)`
  if (typeof reason !== 'string') throw misconfigured(name, 'a string', reason)
  if (utf8Length(reason) > 123) throw misconfigured(name, 'at most 123 UTF-8 bytes', utf8Length(reason))
  checkObject(`${call}(code, reason, options)`, options)
}
