import { describe, expect, it } from 'vitest'
import { Emitter } from './emitter.ts'

function setUp() {
  const thrown: unknown[] = []
  const counts: number[] = []
  const emitter = new Emitter<number>(
    (error) => thrown.push(error),
    (count) => counts.push(count),
  )
  return { emitter, thrown, counts }
}

describe('Emitter', () => {
  it('tells every listener, in the order in which they came', () => {
    const { emitter } = setUp()
    const heard: string[] = []
    emitter.add((value) => heard.push(`a${value}`))
    emitter.add((value) => heard.push(`b${value}`))
    emitter.emit(1)
    emitter.emit(2)
    expect(heard).toEqual(['a1', 'b1', 'a2', 'b2'])
  })

  it('keeps the same function twice, and removes one of the two', () => {
    const { emitter } = setUp()
    const heard: number[] = []
    const listener = (value: number) => heard.push(value)
    const remove = emitter.add(listener)
    emitter.add(listener)
    remove()
    remove()
    emitter.emit(1)
    expect(heard).toEqual([1])
    expect(emitter.size).toBe(1)
  })

  it('reports what a listener throws, and tells the others all the same', () => {
    const { emitter, thrown } = setUp()
    const heard: number[] = []
    const error = new Error('x')
    emitter.add(() => {
      throw error
    })
    emitter.add((value) => heard.push(value))
    emitter.emit(1)
    expect(heard).toEqual([1])
    expect(thrown).toEqual([error])
  })

  it('does not tell who comes during an emission, before the next', () => {
    const { emitter } = setUp()
    const late: number[] = []
    const remove = emitter.add(() => {
      remove()
      emitter.add((value) => late.push(value))
    })
    emitter.emit(1)
    emitter.emit(2)
    expect(late).toEqual([2])
  })

  it('tells how many listen, at every change and only then', () => {
    const { emitter, counts } = setUp()
    const remove = emitter.add(() => undefined)
    emitter.add(() => undefined)
    remove()
    remove()
    expect(counts).toEqual([1, 2, 1])
    emitter.clear()
    expect(emitter.size).toBe(0)
  })

  it('calls a listener as a function, without anything for its this', () => {
    const { emitter } = setUp()
    let seen: unknown = 'nothing'
    emitter.add(function (this: unknown) {
      seen = this
    })
    emitter.emit(1)
    expect(seen).toBeUndefined()
  })

  it('tells later, where it is asked to, those who listened at the time', () => {
    const { emitter } = setUp()
    const heard: string[] = []
    emitter.add((value) => heard.push(`early ${value}`))
    const emit = emitter.later()
    emitter.add((value) => heard.push(`late ${value}`))
    emit(1)
    expect(heard).toEqual(['early 1'])
  })
})
