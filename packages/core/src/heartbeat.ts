import type { Clock } from './environment.ts'
import type { HeartbeatSettings } from './heartbeat-options.ts'
import { LATE, Timers } from './timers.ts'

/** After sleep, or when the network is in doubt: how long an answer may take at most, in ms. */
const SHORT = 5_000
/** How often is looked whether bytes leave the native buffer, in ms. There is no event for it. */
const POLL = 100

/** What goes out over a socket, in bytes. */
export interface Traffic {
  readonly sent: number
  readonly bufferedAmount: number
}

const NONE: Traffic = { sent: 0, bufferedAmount: 0 }

export interface HeartbeatHost {
  /** Sends a ping over the living socket, past the queue; false where that failed, which is told already. */
  readonly ping: () => boolean
  /** Of the living socket alone. */
  readonly traffic: () => Traffic | undefined
  /** Nobody answered. */
  readonly onSilent: () => void
  readonly onLate: (by: number) => void
}

type HeartbeatTimer = 'interval' | 'poll' | 'reply'

/** A ping that nobody has answered yet. */
interface Question {
  timeout: number
  /** Epoch ms. */
  dueAt: number
  /** It was asked anew, since the host slept through the answer. */
  readonly isSecond: boolean
  /** Once so many bytes have left, the ping has. Infinity: none was sent, since the buffer is full. */
  leavesAt: number
  /** Bytes that had left at the last look. */
  left: number
}

/**
 * Asks whether the peer is there, after `interval` ms without a message from it. Any message is an answer.
 *
 * @remarks The reply clock starts when the ping has left the native buffer, and starts anew as long as bytes
 * leave it: a slow uplink with much to send is not dead.
 */
export class Heartbeat {
  readonly #settings: HeartbeatSettings
  readonly #clock: Clock
  readonly #timers: Timers<HeartbeatTimer>
  readonly #host: HeartbeatHost
  #isRunning = false
  #question: Question | undefined
  #heardAt = 0

  constructor(settings: HeartbeatSettings, clock: Clock, host: HeartbeatHost) {
    this.#settings = settings
    this.#clock = clock
    this.#timers = new Timers(clock, (timer, lateBy) => this.#onTimer(timer, lateBy))
    this.#host = host
  }

  start(): void {
    this.#isRunning = true
    this.#rest()
  }

  stop(): void {
    this.#isRunning = false
    this.#question = undefined
    this.#timers.stopAll()
  }

  /** A message came. */
  heard(): void {
    if (!this.#isRunning) return
    // No timer is touched for each message: the one that runs looks at the time when it fires.
    if (this.#question) this.#rest()
    else this.#heardAt = this.#clock.now()
  }

  /** Asks now, if it has not asked already, and wants a quick answer. */
  probe(): void {
    const question = this.#question
    if (this.#isRunning && !question) this.#ask(true)
    if (!question) return
    question.timeout = Math.min(question.timeout, SHORT)
    if (question.dueAt - this.#clock.now() > SHORT) this.#await(question)
  }

  get #traffic(): Traffic {
    return this.#host.traffic() ?? NONE
  }

  #onTimer(timer: HeartbeatTimer, lateBy: number): void {
    this.#host.onLate(lateBy)
    if (timer === 'interval') this.#onInterval(lateBy)
    else if (timer === 'poll') this.#onPoll()
    else this.#onReplyDue(lateBy)
  }

  #rest(): void {
    this.#question = undefined
    this.#heardAt = this.#clock.now()
    this.#timers.stopAll()
    this.#timers.start('interval', this.#settings.interval)
  }

  #onInterval(lateBy: number): void {
    const { interval } = this.#settings
    const left = this.#heardAt + interval - this.#clock.now()
    // More than the whole: the clock was set back.
    if (left > 0 && left <= interval) this.#timers.start('interval', left)
    else this.#ask(lateBy > LATE)
  }

  #ask(isDoubtful: boolean, isSecond = false): void {
    const { timeout, highWaterMark } = this.#settings
    const traffic = this.#traffic
    const question: Question = {
      timeout: isDoubtful ? Math.min(timeout, SHORT) : timeout,
      dueAt: 0,
      isSecond,
      leavesAt: Infinity,
      left: traffic.sent - traffic.bufferedAmount,
    }
    this.#question = question
    this.#timers.stopAll()
    this.#await(question)
    // A full buffer would only be made fuller: that it moves is answer enough.
    if (traffic.bufferedAmount < highWaterMark) {
      const isSent = this.#host.ping()
      // It called the user's code, and may have been answered within the call.
      if (this.#question !== question) return
      if (!isSent) return this.#rest()
      question.leavesAt = traffic.sent
      question.left = traffic.sent - traffic.bufferedAmount
    }
    this.#poll()
  }

  #onPoll(): void {
    const question = this.#question
    if (question && this.#moves(question)) this.#onMove(question)
    else if (question) this.#poll()
  }

  #onReplyDue(lateBy: number): void {
    const question = this.#question
    if (!question) return
    if (this.#moves(question)) return this.#onMove(question)
    // Asleep, this side may have missed the answer; and whoever was awake all along hears the second one.
    if (lateBy > LATE && !question.isSecond) return this.#ask(true, true)
    this.stop()
    this.#host.onSilent()
  }

  /** Bytes leave: the reply clock starts anew. */
  #onMove(question: Question): void {
    if (question.leavesAt === Infinity) return this.#rest()
    this.#await(question)
    this.#poll()
  }

  #await(question: Question): void {
    question.dueAt = this.#clock.now() + question.timeout
    this.#timers.start('reply', question.timeout)
  }

  #poll(): void {
    if (this.#traffic.bufferedAmount > 0) this.#timers.start('poll', POLL)
  }

  /** Whether bytes have left in a way that shows a living peer. */
  #moves(question: Question): boolean {
    const { sent, bufferedAmount } = this.#traffic
    const before = question.left
    const wasWaiting = before < question.leavesAt
    question.left = sent - bufferedAmount
    // A buffer that empties each time may only have moved into that of the system, where a dead line goes on
    // taking for long. One that is never empty is emptied by somebody.
    return question.left > before && (wasWaiting || bufferedAmount > 0)
  }
}
