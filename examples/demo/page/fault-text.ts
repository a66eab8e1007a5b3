import type { FaultName, FaultRecord } from '../shared/faults.ts'

const STARTS: Readonly<Record<FaultName, string>> = {
  cut: 'cut',
  restart: 'restart',
  close: 'close',
  refuse: 'refuse',
  'stop-reading': 'stop reading',
  'black-hole': 'black hole',
  throttle: '2G',
  revoke: 'revoke',
  'refuse-tokens': 'refuse tokens',
  'fail-handshakes': 'HTTP 401',
}

const ENDS: Partial<Readonly<Record<FaultName, string>>> = {
  'stop-reading': 'reads again',
  'black-hole': 'hole closed',
  throttle: 'fast again',
  'refuse-tokens': 'takes tokens',
  'fail-handshakes': 'shakes hands',
}

/** A fault in a word or two, for the chart and the log. */
export function labelFault({ name, isStart }: FaultRecord): string {
  return (isStart ? undefined : ENDS[name]) ?? STARTS[name]
}
