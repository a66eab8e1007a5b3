import { STATUS_CODES } from 'node:http'
import {
  FAULT_NAMES,
  type FaultName,
  type FaultRecord,
  type FaultStatus,
  isSendableCode,
  SENDABLE_CODES,
} from '../shared/faults.ts'
import { isRecord } from '../shared/room-messages.ts'
import { REFUSED } from './door.ts'
import type { Gate } from './gate.ts'
import type { Room } from './room.ts'
import type { TokenDesk } from './token-desk.ts'

const REFUSE_MS = 10_000
const MAX_REFUSE_MS = 60_000
const RESTART_MS = 1_000
const HISTORY = 20
const MAX_REASON_BYTES = 123

/** A request that asks for something that cannot be done; its message goes to the page. */
export class BadRequest extends Error {}

/** Does the faults, on the gate and in the room, and keeps a record of them. */
export class FaultDesk {
  readonly #gate: Gate
  readonly #room: Room
  readonly #tokens: TokenDesk
  readonly #history: FaultRecord[] = []
  #seq = 0

  constructor(gate: Gate, room: Room, tokens: TokenDesk) {
    this.#gate = gate
    this.#room = room
    this.#tokens = tokens
  }

  status(): FaultStatus {
    const { connections, refusedUntil, isReading, isSlow, blackHole } = this.#gate
    return {
      connections,
      refusedUntil,
      isReading,
      isSlow,
      blackHole,
      isRefusingTokens: this.#tokens.isRefusing,
      handshakeStatus: this.#room.handshakeStatus,
      history: [...this.#history],
    }
  }

  run(name: FaultName, body: unknown): void {
    const isStart = !isRecord(body) || body.on !== false
    const text = this.#do(name, isStart, isRecord(body) ? body : {})
    this.#history.push({ seq: ++this.#seq, name, at: Date.now(), isStart, text })
    if (this.#history.length > HISTORY) this.#history.shift()
  }

  #do(name: FaultName, isStart: boolean, body: Readonly<Record<string, unknown>>): string {
    switch (name) {
      case 'cut':
        return `${connections(this.#gate.cut())} reset: no close frame was sent.`
      case 'restart': {
        const count = this.#room.closeAll(1001, 'The server restarts')
        this.#gate.refuse(RESTART_MS)
        return `${connections(count)} closed with 1001; nobody listens for ${RESTART_MS / 1_000} s.`
      }
      case 'close': {
        const { code, reason } = closeArguments(body)
        return `${connections(this.#room.closeAll(code, reason))} closed with ${code}.`
      }
      case 'refuse': {
        const forMs = durationArgument(body)
        const count = this.#gate.cut()
        this.#gate.refuse(forMs)
        return `${connections(count)} reset; every new one is refused for ${forMs / 1_000} s.`
      }
      case 'stop-reading':
        this.#gate.setReading(!isStart)
        return isStart ? 'The server reads no byte from anybody.' : 'The server reads again.'
      case 'throttle':
        this.#gate.setSlow(isStart)
        return isStart ? 'Every line is as slow as 2G.' : 'Every line is fast again.'
      case 'black-hole':
        if (isStart) return `${connections(this.#gate.openHole())} in the hole: bytes vanish both ways.`
        return `The hole is closed, and ${connections(this.#gate.closeHole())} in it reset.`
      case 'revoke':
        return `Every token so far is void; ${connections(this.#revoke())} closed with ${REFUSED}.`
      case 'refuse-tokens':
        this.#tokens.isRefusing = isStart
        if (!isStart) return 'Tokens are taken again.'
        return `Every token is refused, fresh ones too; ${connections(this.#revoke())} closed with ${REFUSED}.`
      case 'fail-handshakes': {
        this.#room.handshakeStatus = isStart ? statusArgument(body) : null
        const status = this.#room.handshakeStatus
        if (status === null) return 'Handshakes are taken again.'
        return `${connections(this.#gate.cut())} reset; every handshake is answered with HTTP ${status}.`
      }
    }
  }

  #revoke(): number {
    this.#tokens.revokeAll()
    return this.#room.closeAll(REFUSED, 'The tokens were revoked')
  }
}

/** Whether the last part of an address names a fault. */
export function isFaultName(name: string): name is FaultName {
  return FAULT_NAMES.some((known) => known === name)
}

function closeArguments(body: Readonly<Record<string, unknown>>): { code: number; reason: string } {
  const { code, reason = '' } = body
  if (typeof code !== 'number' || !isSendableCode(code)) {
    throw new BadRequest(SENDABLE_CODES)
  }
  if (typeof reason !== 'string' || Buffer.byteLength(reason) > MAX_REASON_BYTES) {
    throw new BadRequest(`The reason must be a text of at most ${MAX_REASON_BYTES} bytes.`)
  }
  return { code, reason }
}

function statusArgument({ status = 401 }: Readonly<Record<string, unknown>>): number {
  if (typeof status === 'number' && status in STATUS_CODES && status >= 400) return status
  throw new BadRequest('The status must be one of HTTP from 400 on.')
}

function durationArgument({ forMs = REFUSE_MS }: Readonly<Record<string, unknown>>): number {
  if (typeof forMs === 'number' && forMs >= 0 && forMs <= MAX_REFUSE_MS) return forMs
  throw new BadRequest(`A server may be away for 0 to ${MAX_REFUSE_MS} ms.`)
}

function connections(count: number): string {
  return count === 1 ? '1 connection' : `${count} connections`
}
