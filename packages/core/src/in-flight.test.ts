import { describe, expect, it } from 'vitest'
import type { DeliveryId } from './delivery.ts'
import { Entry } from './entry.ts'
import type { HoldfastError } from './errors.ts'
import { InFlight } from './in-flight.ts'

type Named = DeliveryId | readonly DeliveryId[] | undefined

/** What comes names the ids itself. */
function setUp(acknowledged: (incoming: unknown) => Named = (incoming) => incoming as Named) {
  const errors: HoldfastError[] = []
  const inFlight = new InFlight({ id: () => '', acknowledged }, (error) => errors.push(error))
  const add = (message: string, id?: DeliveryId): Entry => {
    const entry = new Entry(message, message, { id })
    entry.status = 'written'
    inFlight.add(entry)
    return entry
  }
  return { inFlight, errors, add }
}

describe('what is in flight', () => {
  it('is taken by its id, once', () => {
    const { inFlight, add } = setUp()
    const one = add('one', 1)
    add('two', 2)
    expect(inFlight.take(1)).toEqual([one])
    expect(inFlight.take(1)).toEqual([])
  })

  it('is taken by a list of ids, in its order', () => {
    const { inFlight, add } = setUp()
    const [one, two] = [add('one', 1), add('two', 'b')]
    expect(inFlight.take(['b', 'unknown', 1])).toEqual([two, one])
    expect(inFlight.onWire()).toEqual([])
  })

  it('stays where a message acknowledges nothing', () => {
    const { inFlight, add } = setUp()
    const one = add('one', 1)
    expect([inFlight.take(undefined), inFlight.take([]), inFlight.take('1')]).toEqual([
      undefined,
      undefined,
      [],
    ])
    expect(inFlight.onWire()).toEqual([one])
  })

  it('stays where the function that reads acknowledgements throws, and that is told', () => {
    const cause = new Error('broken')
    const { inFlight, errors, add } = setUp(() => {
      throw cause
    })
    const one = add('one', 1)
    expect(inFlight.take(1)).toBeUndefined()
    expect(inFlight.onWire()).toEqual([one])
    expect(errors).toMatchObject([{ code: 'HANDLER', message: 'delivery.acknowledged threw.', cause }])
  })

  it('is nothing without an id', () => {
    const { inFlight, add } = setUp()
    const none = add('none')
    inFlight.remove(none)
    expect(inFlight.onWire()).toEqual([])
  })

  it('is taken together where two have one id, and each of them can go by itself', () => {
    const { inFlight, add } = setUp()
    const [first, second] = [add('first', 1), add('second', 1)]
    expect(inFlight.onWire()).toEqual([first, second])
    inFlight.remove(first)
    expect(inFlight.take(1)).toEqual([second])
  })

  it('is there once, however often it is sent again', () => {
    const { inFlight, add } = setUp()
    const entry = add('one', 1)
    inFlight.add(entry)
    expect(inFlight.take(1)).toEqual([entry])
  })

  it('is gone once it is removed, and others stay', () => {
    const { inFlight, add } = setUp()
    const [one, two] = [add('one', 1), add('two', 2)]
    inFlight.remove(one)
    inFlight.remove(one)
    expect(inFlight.take([1, 2])).toEqual([two])
  })

  it('is on the wire while it is written, not while it is queued again', () => {
    const { inFlight, add } = setUp()
    const [one, two] = [add('one', 1), add('two', 2)]
    one.status = 'queued'
    expect(inFlight.onWire()).toEqual([two])
  })

  it('is acknowledged by nothing where there is no delivery', () => {
    expect(new InFlight(undefined, () => undefined).take(1)).toBeUndefined()
  })
})
