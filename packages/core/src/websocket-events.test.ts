import { afterEach, describe, expect, it, vi } from 'vitest'
import { closeEvent, Handlers } from './websocket-events.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const CLOSE = { code: 4321, reason: 'why', wasClean: true }

describe('a close event', () => {
  it('is of our own class where the host has none', () => {
    vi.stubGlobal('CloseEvent', undefined)
    const event = closeEvent(CLOSE)
    expect(event).toMatchObject({ type: 'close', ...CLOSE })
    expect(`${event}`).toBe('[object CloseEvent]')
  })

  it('is of the class of the host where it has one', () => {
    class HostCloseEvent extends Event {
      readonly told: unknown
      constructor(type: string, told: unknown) {
        super(type)
        this.told = told
      }
    }
    vi.stubGlobal('CloseEvent', HostCloseEvent)
    const event = closeEvent(CLOSE)
    expect(event).toBeInstanceOf(HostCloseEvent)
    expect(event).toMatchObject({ type: 'close', told: CLOSE })
  })
})

function setUp() {
  const target = new EventTarget()
  const handlers = new Handlers(target)
  const calls: string[] = []
  const note = (name: string) => () => void calls.push(name)
  const listen = (name: string) => target.addEventListener('open', note(name))
  const dispatch = () => target.dispatchEvent(new Event('open', { cancelable: true }))
  return { target, handlers, calls, note, listen, dispatch }
}

describe('a handler', () => {
  it('is null until it is set, and what was set from then on', () => {
    const { handlers, note } = setUp()
    expect(handlers.get('open')).toBeNull()
    const handler = note('a')
    handlers.set('open', handler)
    expect(handlers.get('open')).toBe(handler)
    expect(handlers.get('close')).toBeNull()
  })

  it('is called once, with the event, on the target', () => {
    const { target, handlers, dispatch } = setUp()
    const handler = vi.fn<(this: unknown, event: Event) => void>()
    handlers.set('open', handler)
    dispatch()
    expect(handler.mock.calls).toEqual([[expect.objectContaining({ type: 'open' })]])
    expect(handler.mock.contexts).toEqual([target])
  })

  it('takes the place among the listeners of the one that it replaces', () => {
    const { handlers, calls, note, listen, dispatch } = setUp()
    handlers.set('open', note('a'))
    listen('listener')
    handlers.set('open', note('b'))
    dispatch()
    expect(calls).toEqual(['b', 'listener'])
  })

  it('comes last once it was taken away and set again', () => {
    const { handlers, calls, note, listen, dispatch } = setUp()
    handlers.set('open', note('a'))
    listen('listener')
    handlers.set('open', null)
    expect(handlers.get('open')).toBeNull()
    dispatch()
    handlers.set('open', note('b'))
    dispatch()
    expect(calls).toEqual(['listener', 'listener', 'b'])
  })

  it('may be null before it was anything', () => {
    const { handlers, calls, dispatch } = setUp()
    handlers.set('open', null)
    dispatch()
    expect(calls).toEqual([])
  })

  it('that is no function is kept, and does nothing', () => {
    const { handlers, dispatch } = setUp()
    const handler = { handleEvent: vi.fn() }
    handlers.set('open', handler)
    dispatch()
    expect(handlers.get('open')).toBe(handler)
    expect(handler.handleEvent).not.toHaveBeenCalled()
  })

  it.each([
    [false, false],
    [undefined, true],
    [0, true],
  ])('that returns %s: the event goes on is %s', (returned, goesOn) => {
    const { handlers, dispatch } = setUp()
    handlers.set('open', () => returned)
    expect(dispatch()).toBe(goesOn)
  })
})
