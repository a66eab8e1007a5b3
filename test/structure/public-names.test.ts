import * as testing from '@holdfast/core/testing'
import * as forVitest from '@holdfast/core/testing/vitest'
import { describe, expect, it } from 'vitest'

// Names that users' tests are full of: a change of this list is a change for them.
describe('the public names', () => {
  it('of @holdfast/core/testing', () => {
    expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
      [
        "MemoryStore",
        "fakeEnvironment",
        "fakeServer",
        "fakeSignals",
        "holdfastMatchers",
        "memoryOutbox",
        "outboxStorageContract",
        "seededRandom",
        "virtualClock",
      ]
    `)
  })

  it('of @holdfast/core/testing/vitest', () => {
    expect(Object.keys(forVitest)).toEqual(['holdfastMatchers'])
    expect(Object.keys(forVitest.holdfastMatchers)).toEqual([
      'toBeOpen',
      'toHaveStatus',
      'toHaveQueued',
      'toHaveReceived',
      'toHaveReceivedInOrder',
      'toHaveBeenClosedWith',
    ])
  })

  it('of a fake server and of its connections', async () => {
    const server = testing.fakeServer('ws://fake.test/')
    new server.WebSocket('ws://fake.test/')
    const connection = await server.connected
    expect(namesOf(server)).toMatchInlineSnapshot(`
      [
        "WebSocket",
        "accept",
        "answersClose",
        "blackHole",
        "clear",
        "close",
        "closed",
        "connected",
        "connection",
        "connections",
        "drain",
        "drop",
        "environment",
        "hang",
        "install",
        "live",
        "messages",
        "nextMessage",
        "on",
        "protocols",
        "refuse",
        "reply",
        "restore",
        "send",
        "stall",
        "url",
      ]
    `)
    expect(namesOf(connection)).toMatchInlineSnapshot(`
      [
        "accept",
        "blackHole",
        "bufferedAmount",
        "clear",
        "close",
        "closed",
        "closedWith",
        "drain",
        "drop",
        "hang",
        "isHung",
        "messages",
        "nextMessage",
        "protocol",
        "protocols",
        "readyState",
        "refuse",
        "send",
        "socket",
        "stall",
        "url",
      ]
    `)
    expect(namesOf(testing.virtualClock())).toMatchInlineSnapshot(`
      [
        "advance",
        "environment",
        "now",
        "pending",
        "set",
        "settle",
        "sleep",
        "until",
      ]
    `)
  })
})

/** Own members, and those of the class. */
function namesOf(value: object): string[] {
  const prototype = Object.getPrototypeOf(value) === Object.prototype ? {} : Object.getPrototypeOf(value)
  const names = [...Object.getOwnPropertyNames(value), ...Object.getOwnPropertyNames(prototype)]
  return names.filter((name) => name !== 'constructor').sort()
}
