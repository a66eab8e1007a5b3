import { describe, expect, it } from 'vitest'
import { Audience } from './audience.ts'

function setUp() {
  const thrown: unknown[] = []
  return { audience: new Audience<string>((error) => thrown.push(error)), thrown }
}

describe('an audience', () => {
  it('wants nothing while nobody listens', () => {
    const { audience } = setUp()
    expect(audience.tell('a')).toBe(false)
    audience.add(() => undefined)()
    expect(audience.tell('a')).toBe(false)
  })

  it('wants all while somebody listens to all', () => {
    const { audience } = setUp()
    const heard: string[] = []
    audience.pick(() => false)
    audience.add((message) => heard.push(message))
    expect(audience.tell('a')).toBe(true)
    expect(heard).toEqual(['a'])
  })

  it('of pickers wants what one of them takes; each is offered all', () => {
    const { audience } = setUp()
    const offered: string[] = []
    audience.pick((message) => {
      offered.push(message)
      return message === 'a'
    })
    audience.pick((message) => message === 'b')
    expect(['a', 'b', 'c', 'a'].map((message) => audience.tell(message))).toEqual([true, true, false, true])
    expect(offered).toEqual(['a', 'b', 'c', 'a'])
  })

  it('counts a picker that leaves once, however often it does', () => {
    const { audience } = setUp()
    const leave = audience.pick(() => true)
    audience.pick(() => false)
    leave()
    leave()
    expect(audience.tell('a')).toBe(false)
    audience.add(() => undefined)
    expect(audience.tell('a')).toBe(true)
  })

  it('has a picker that throws reported, and goes on to the next', () => {
    const { audience, thrown } = setUp()
    const error = new Error('broken')
    audience.pick(() => {
      throw error
    })
    audience.pick(() => true)
    expect(audience.tell('a')).toBe(true)
    expect(thrown).toEqual([error])
  })
})
