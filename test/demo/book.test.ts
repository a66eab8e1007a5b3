import { describe, expect, it } from 'vitest'
import { Book } from '../../examples/demo/page/book.ts'
import { LedgerKeeper } from '../../examples/demo/server/ledger-keeper.ts'
import { RecentIds } from '../../examples/demo/server/recent-ids.ts'

/** What the room has had, in the order in which it came. */
function ledgerOf(...ids: number[]) {
  const keeper = new LedgerKeeper()
  for (const id of ids) keeper.work('one', id)
  return keeper.read().one
}

function bookOf(sent: number): Book {
  const book = new Book()
  for (let count = 0; count < sent; count++) book.take()
  return book
}

describe('the room’s ledger', () => {
  it.each([
    [[1, 2, 3], { arrived: 3, twice: 0, disordered: 0, highest: 3, gaps: [] }],
    [[1, 5], { arrived: 2, gaps: [[2, 4]] }],
    [[1, 5, 3], { arrived: 3, disordered: 1, gaps: [[2, 2], [4, 4]] }], // biome-ignore format: a table
    [[1, 3, 2], { arrived: 3, disordered: 1, gaps: [] }],
    [[1, 2, 2, 1], { arrived: 2, twice: 2, disordered: 0 }],
  ])('counts %j', (ids, expected) => {
    expect(ledgerOf(...ids)).toMatchObject(expected)
  })
})

describe('the scoreboard', () => {
  it('calls lost what never came though a later one did, and waiting what may still come', () => {
    const score = bookOf(10).score(ledgerOf(1, 2, 6))
    expect(score).toMatchObject({ sent: 10, arrived: 3, lost: 3, waiting: 4, dropped: {} })
  })

  it('counts what was given up by reason, unless it arrived all the same', () => {
    const book = bookOf(6)
    book.drop(2, 'expired')
    book.drop(3, 'closed')
    book.drop(6, 'closed')
    const score = book.score(ledgerOf(1, 3, 4))
    expect(score).toMatchObject({ arrived: 3, dropped: { expired: 1, closed: 1 }, lost: 0, waiting: 1 })
  })

  it('counts from an earlier score on', () => {
    const book = bookOf(4)
    const since = book.score(ledgerOf(1, 4, 4))
    for (let count = 0; count < 4; count++) book.take()
    const score = book.score(ledgerOf(1, 4, 4, 5, 7), since)
    expect(score).toMatchObject({ sent: 4, arrived: 2, twice: 0, lost: 1, waiting: 1 })
  })

  it('has everything waiting before the room has heard of anybody', () => {
    expect(bookOf(3).score(undefined)).toMatchObject({ sent: 3, arrived: 0, lost: 0, waiting: 3 })
  })
})

it('the room recognises what it has had, of each member', () => {
  const recent = new RecentIds()
  expect([recent.add('one', 1), recent.add('one', 1), recent.add('two', 1)]).toEqual([true, false, true])
})
