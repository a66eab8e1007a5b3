/** What a run is about. Times are ms of virtual time; the cut is at 0. */
export interface Model {
  readonly clients: number
  /** Handshakes that the server does in a second. */
  readonly capacity: number
  /** So long after the cut there is no server: attempts are refused, and cost nobody anything. */
  readonly downFor: number
  /** Turning an attempt away is work too: this much of a handshake. */
  readonly refusalCost: number
  /**
   * How much may wait for the server, as ms of its work; who comes when it is full is refused. Kind to clients
   * that come in lockstep: without a queue they would get in one by one.
   */
  readonly backlog: number
  /** A round trip, drawn evenly from this range for each attempt: no crowd is ever exactly in step. */
  readonly travel: readonly [least: number, most: number]
  /** Nobody waits longer. */
  readonly horizon: number
  /** When nobody gets in for so long, nobody ever will: twice the longest delay there is. */
  readonly patience: number
}

export const MODEL: Model = {
  clients: 1_000_000,
  capacity: 20_000,
  downFor: 10_000,
  refusalCost: 0.1,
  backlog: 1_000,
  travel: [20, 200],
  horizon: 600_000,
  patience: 60_000,
}
