import { closeExpectations } from './close.ts'
import { constructExpectations } from './construct.ts'
import { eventExpectations } from './events.ts'
import type { Expectations } from './expectation.ts'
import { interfaceExpectations } from './interface.ts'
import { sendExpectations } from './send.ts'

/** What the standards say of a WebSocket: WHATWG WebSockets, Web IDL, DOM and HTML (event handlers). */
export const expectations: Expectations = {
  interface: interfaceExpectations,
  constructor: constructExpectations,
  events: eventExpectations,
  'send()': sendExpectations,
  'close()': closeExpectations,
}
