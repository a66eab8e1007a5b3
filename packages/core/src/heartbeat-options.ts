import { checkFunction, checkObject } from './checks.ts'
import { misconfigured } from './errors.ts'

/** Asking a quiet peer whether it is there. Off unless given: only you know what your server answers. */
export interface HeartbeatOptions {
  /** Makes a ping, before the codec. Any message from the server is an answer to it. */
  readonly message: () => unknown
  /**
   * Which messages only answer pings; they are kept out of `messages$`. An answer proves that the server has read all
   * that went before the ping: nothing of that is `unconfirmed` any more. @defaultValue none
   */
  readonly isReply?: ((incoming: unknown) => boolean) | undefined
  /** After how many ms without a message from the server it is asked. @defaultValue 25_000 */
  readonly interval?: number | undefined
  /**
   * How many ms the server may take to send anything, counted from when the ping has left the native buffer.
   * @defaultValue 10_000
   */
  readonly timeout?: number | undefined
}

/** {@link HeartbeatOptions} with every default filled in. */
export interface HeartbeatSettings extends Omit<HeartbeatOptions, 'isReply'> {
  readonly isReply?: HeartbeatOptions['isReply'] | undefined
  readonly interval: number
  readonly timeout: number
  /** Bytes in the native buffer at and above which no ping is sent. */
  readonly highWaterMark: number
}

/** @throws HoldfastError `CONFIGURATION` */
export function heartbeatSettings(
  options: false | HeartbeatOptions | undefined,
  highWaterMark: number,
): HeartbeatSettings | undefined {
  if (options === undefined || options === false) return undefined
  checkObject('heartbeat', options)
  const { message, isReply, interval = 25_000, timeout = 10_000 } = options
  checkFunction('heartbeat.message', message)
  if (isReply !== undefined) checkFunction('heartbeat.isReply', isReply)
  checkPeriod('heartbeat.interval', interval)
  checkPeriod('heartbeat.timeout', timeout)
  return { message, isReply, interval, timeout, highWaterMark }
}

/** Of no length it would ask for ever, or wait for nothing. */
function checkPeriod(name: string, value: unknown): void {
  if (typeof value !== 'number' || !(value > 0))
    throw misconfigured(name, 'a number of ms, more than 0', value)
}
