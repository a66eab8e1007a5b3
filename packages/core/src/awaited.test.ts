import { describe, expect, it } from 'vitest'
import { Awaited, type Waiting } from './awaited.ts'

interface Answer {
  readonly id?: number
  readonly other?: number
}

type One = Waiting<Answer>

function setUp() {
  const thrown: unknown[] = []
  return { awaited: new Awaited<Answer, One>((name, error) => thrown.push([name, error])), thrown }
}

/** Reads ids, and counts how often it was asked. */
function reader(read: (message: Answer) => number | undefined = ({ id }) => id) {
  const asked: Answer[] = []
  const idOf = (message: Answer): number | undefined => {
    asked.push(message)
    return read(message)
  }
  return { idOf, asked }
}

const byId = (id: number, idOf: (message: Answer) => number | undefined): One => ({ options: { id, idOf } })
const byMatch = (match: (message: Answer) => boolean): One => ({ options: { match } })

describe('those who wait', () => {
  it('are known until they are taken out, once', () => {
    const { awaited } = setUp()
    const { idOf } = reader()
    const ones = [byId(1, idOf), byMatch(() => false), byId(1, idOf)]
    for (const one of ones) awaited.add(one)
    expect([awaited.size, awaited.all()]).toEqual([3, ones])
    const [first] = ones as [One, One, One]
    expect([awaited.has(first), awaited.remove(first), awaited.has(first), awaited.remove(first)]).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(awaited.all()).toEqual(ones.slice(1))
  })

  it('for one id are all answered, oldest first, those who match last', () => {
    const { awaited } = setUp()
    const { idOf } = reader()
    const matching = byMatch(({ id }) => id === 1)
    const [one, other, two] = [byId(1, idOf), byId(2, idOf), byId(1, idOf)]
    for (const waiting of [matching, one, other, two]) awaited.add(waiting)
    expect(awaited.answeredBy({ id: 1 })).toEqual([one, two, matching])
    expect(awaited.answeredBy({ id: 2 })).toEqual([other])
    expect(awaited.answeredBy({ id: 3 })).toEqual([])
    expect(awaited.answeredBy({})).toEqual([])
  })

  it('and leave are answered no more, and leave the others as they were', () => {
    const { awaited } = setUp()
    const { idOf } = reader()
    const [one, two] = [byId(1, idOf), byId(1, idOf)]
    awaited.add(one)
    awaited.add(two)
    awaited.remove(one)
    expect(awaited.answeredBy({ id: 1 })).toEqual([two])
    awaited.remove(two)
    expect(awaited.answeredBy({ id: 1 })).toEqual([])
    const again = byId(1, idOf)
    awaited.add(again)
    expect(awaited.answeredBy({ id: 1 })).toEqual([again])
  })
})

describe('a function that reads ids', () => {
  it('is asked once a message, however many wait with it, and never for nobody', () => {
    const { awaited } = setUp()
    const { idOf, asked } = reader()
    const ones = [byId(1, idOf), byId(2, idOf)]
    for (const one of ones) awaited.add(one)
    awaited.answeredBy({ id: 2 })
    awaited.answeredBy({ id: 3 })
    expect(asked).toHaveLength(2)
    awaited.remove(ones[1] as One)
    awaited.answeredBy({ id: 1 })
    expect(asked).toHaveLength(3)
    awaited.remove(ones[0] as One)
    awaited.add(byMatch(() => true))
    awaited.answeredBy({ id: 1 })
    expect(asked).toHaveLength(3)
  })

  it('has the last word on its own id, whoever reads that id elsewhere', () => {
    const { awaited } = setUp()
    const plain = reader()
    const other = reader((message) => message.other)
    const [one, two] = [byId(1, plain.idOf), byId(1, other.idOf)]
    awaited.add(one)
    awaited.add(two)
    expect(awaited.answeredBy({ id: 1 })).toEqual([one])
    expect(awaited.answeredBy({ other: 1 })).toEqual([two])
    expect(awaited.answeredBy({ id: 1, other: 1 })).toEqual([one, two])
    expect(awaited.answeredBy({ id: 2, other: 1 })).toEqual([two])
    const three = byId(3, other.idOf)
    awaited.add(three)
    expect(awaited.answeredBy({ id: 3, other: 4 })).toEqual([])
    awaited.remove(one)
    awaited.add(byId(5, plain.idOf))
    expect(awaited.answeredBy({ id: 1, other: 3 })).toEqual([three])
  })

  it('that throws is told once a message, and the others are asked all the same', () => {
    const { awaited, thrown } = setUp()
    const error = new Error('broken')
    const broken = () => {
      throw error
    }
    const { idOf } = reader()
    const one = byId(1, idOf)
    for (const waiting of [byId(1, broken), byId(2, () => broken()), one]) awaited.add(waiting)
    expect(awaited.answeredBy({ id: 1 })).toEqual([one])
    expect(thrown).toEqual([['idOf', error]])
  })
})

it('a predicate that throws is told, and answers nothing', () => {
  const { awaited, thrown } = setUp()
  const error = new Error('broken')
  const one = byMatch(() => true)
  awaited.add(
    byMatch(() => {
      throw error
    }),
  )
  awaited.add(one)
  expect(awaited.answeredBy({})).toEqual([one])
  expect(thrown).toEqual([['match', error]])
})
