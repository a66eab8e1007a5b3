import { boolean, checkFunction, checkObject, duration } from '../checks.ts'
import type { Codec } from '../codec.ts'
import { misconfigured } from '../errors.ts'
import { checkProtocols } from '../url.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** How a fake server behaves from the start. */
export interface FakeServerOptions {
  /** Whether dials are accepted until `refuse()` or `hang()`; else they hang until `accept()`. @defaultValue true */
  readonly autoAccept?: boolean | undefined
  /**
   * How long a handshake takes, and a closing handshake, in ms. With 0 they are over in a microtask: no clock
   * has to go on for them. @defaultValue 0
   */
  readonly latency?: number | undefined
  /**
   * What `latency` goes by; a `fakeEnvironment({ server })` goes by it, too. @defaultValue the clock of the
   * `fakeEnvironment({ server })` that a dial comes from; for other dials the timers of the host, faked or not,
   * at the moment of use
   */
  readonly clock?: VirtualClock | undefined
  /**
   * The subprotocols that the server speaks: of those that a client offers, it chooses the first of these. As in
   * browsers, the handshake fails where there is none. @defaultValue all: it chooses the first that is offered
   */
  readonly protocols?: readonly string[] | undefined
  /** What `connection.extensions` shows, such as `'permessage-deflate'`. @defaultValue '' */
  readonly extensions?: string | undefined
  /** Whether the client's close frame is answered; may be changed later on. @defaultValue true */
  readonly answersClose?: boolean | undefined
  /** Whether it is put in the place of the global `WebSocket` at once, as by `install()`. @defaultValue false */
  readonly global?: boolean | undefined
}

export interface CheckedOptions {
  readonly autoAccept: boolean
  readonly latency: number
  readonly clock: VirtualClock | undefined
  readonly protocols: readonly string[] | undefined
  readonly extensions: string
  readonly answersClose: boolean
  readonly global: boolean
}

/** @throws HoldfastError `CONFIGURATION` */
export function checkOptions(options: FakeServerOptions & { codec?: unknown }): CheckedOptions {
  checkObject('options', options)
  const { clock, protocols, extensions = '' } = options
  if (clock !== undefined && typeof clock?.environment?.setTimeout !== 'function') {
    throw misconfigured('clock', 'a virtualClock()', clock)
  }
  if (protocols !== undefined && !Array.isArray(protocols)) {
    throw misconfigured('protocols', 'an array of subprotocols', protocols)
  }
  if (typeof extensions !== 'string') throw misconfigured('extensions', 'a string', extensions)
  if (options.codec !== undefined) checkCodec(options.codec)
  return {
    autoAccept: boolean('autoAccept', options.autoAccept, true),
    latency: duration('latency', options.latency, 0),
    clock,
    protocols: protocols && checkProtocols(protocols),
    extensions,
    answersClose: boolean('answersClose', options.answersClose, true),
    global: boolean('global', options.global, false),
  }
}

function checkCodec(codec: unknown): void {
  checkObject('codec', codec)
  const { encode, decode } = codec as Codec<unknown>
  checkFunction('codec.encode', encode)
  checkFunction('codec.decode', decode)
}
