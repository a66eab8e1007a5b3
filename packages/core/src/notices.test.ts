import { describe, expect, it } from 'vitest'
import { Notices } from './notices.ts'
import { virtualClock } from './testing/index.ts'

function setUp() {
  const notices = new Notices()
  const told: string[] = []
  const add = (text: string) => notices.add(() => told.push(text))
  return { notices, told, add }
}

describe('Notices', () => {
  it('go out at once where nothing holds them', () => {
    const { told, add } = setUp()
    add('a')
    expect(told).toEqual(['a'])
  })

  it('wait until the outermost work is done, and keep their order', () => {
    const { notices, told, add } = setUp()
    notices.during(() => {
      add('a')
      notices.during(() => add('b'))
      add('c')
      expect(told).toEqual([])
    })
    expect(told).toEqual(['a', 'b', 'c'])
  })

  it('that one causes come after all that wait already', () => {
    const { notices, told, add } = setUp()
    notices.during(() => {
      notices.add(() => {
        told.push('a')
        notices.during(() => add('caused by a'))
      })
      add('b')
    })
    expect(told).toEqual(['a', 'b', 'caused by a'])
  })

  it('go out also after work that throws', () => {
    const { notices, told, add } = setUp()
    const work = () =>
      notices.during(() => {
        add('a')
        throw new Error('x')
      })
    expect(work).toThrow('x')
    expect(told).toEqual(['a'])
    add('b')
    expect(told).toEqual(['a', 'b'])
  })

  it('wait also while a timer of its clock is at work', async () => {
    const { notices, told, add } = setUp()
    const { environment, advance, pending } = virtualClock()
    const clock = notices.clock(environment)
    clock.setTimeout(() => {
      add('a')
      expect(told).toEqual([])
    }, 10)
    clock.clearTimeout(clock.setTimeout(() => add('stopped'), 5))
    await advance(10)
    expect(told).toEqual(['a'])
    expect(clock.now()).toBe(environment.now())
    expect(pending).toBe(0)
  })

  it('hand on what the work returns', () => {
    expect(setUp().notices.during(() => 5)).toBe(5)
  })
})
