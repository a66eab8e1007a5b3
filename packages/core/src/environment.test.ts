import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { environmentOf, isServer } from './environment.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('environmentOf()', () => {
  it('looks globals up when they are used, so that fakes are found', () => {
    const environment = environmentOf()
    class Later extends EventTarget {}
    vi.stubGlobal('WebSocket', Later)
    expect(environment.WebSocket).toBe(Later)
    vi.setSystemTime(5_000)
    expect(environment.now()).toBe(5_000)
    vi.spyOn(Math, 'random').mockReturnValue(0.25)
    expect(environment.random()).toBe(0.25)
  })

  it('has no WebSocket and no base where the host has none', () => {
    vi.stubGlobal('WebSocket', undefined)
    expect(environmentOf().WebSocket).toBeUndefined()
    expect(environmentOf().baseUrl).toBeUndefined()
  })

  it.each<[string, object, string]>([
    ['the base of the document', { baseURI: 'https://a.test/base/' }, 'https://a.test/base/'],
    ['the address of a worker', {}, 'https://w.test/worker.js'],
  ])('resolves against %s', (_, document, base) => {
    vi.stubGlobal('document', 'baseURI' in document ? document : undefined)
    vi.stubGlobal('location', { href: 'https://w.test/worker.js' })
    expect(environmentOf().baseUrl).toBe(base)
  })

  it('starts and stops the timers of the host', () => {
    const environment = environmentOf()
    const fired: string[] = []
    const handle = environment.setTimeout(() => fired.push('stopped'), 10)
    environment.setTimeout(() => fired.push('kept'), 10)
    environment.clearTimeout(handle)
    vi.advanceTimersByTime(10)
    expect(fired).toEqual(['kept'])
  })

  it('takes the parts that are given, and the host for the others', () => {
    const environment = environmentOf({ now: () => 7, WebSocket: undefined, random: undefined as never })
    expect(environment.now()).toBe(7)
    vi.spyOn(Math, 'random').mockReturnValue(0.25)
    expect(environment.random()).toBe(0.25)
  })

  it('looks the given parts up when they are used, and calls them as methods of what they are of', () => {
    class Host {
      WebSocket = class First extends EventTarget {} as never
      baseUrl = 'ws://first.test'
      time = 1
      stopped: unknown[] = []
      now() {
        return this.time
      }
      clearTimeout(handle: unknown) {
        this.stopped = [...this.stopped, handle]
      }
    }
    const host = new Host()
    const environment = environmentOf(host)
    host.time = 2
    host.baseUrl = 'ws://second.test'
    host.WebSocket = class Second extends EventTarget {} as never
    environment.clearTimeout(7)
    expect(environment.now()).toBe(2)
    expect(environment.baseUrl).toBe('ws://second.test')
    expect(environment.WebSocket).toBe(host.WebSocket)
    expect(host.stopped).toEqual([7])
  })

  it.each(['WebSocket', 'setTimeout', 'now', 'network', 'reportError'])(
    'takes no %s but a function',
    (name) => {
      const message = `environment.${name} must be a function; got 5.`
      expect(() => environmentOf({ [name]: 5 })).toThrow(
        expect.objectContaining({ code: 'CONFIGURATION', message }),
      )
    },
  )
})

describe('requestFrame()', () => {
  function stubFrames(visibilityState: string) {
    const frames = new Map<number, () => void>()
    vi.stubGlobal('document', { visibilityState })
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
      frames.set(frames.size + 1, callback)
      return frames.size
    })
    vi.stubGlobal('cancelAnimationFrame', (frame: number) => frames.delete(frame))
    return frames
  }

  it('waits about a frame where none are drawn', () => {
    const callback = vi.fn()
    environmentOf().requestFrame(callback)
    vi.advanceTimersByTime(15)
    expect(callback).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(callback).toHaveBeenCalledOnce()
  })

  it('comes with the next frame of a visible page, once', () => {
    const frames = stubFrames('visible')
    const callback = vi.fn()
    environmentOf().requestFrame(callback)
    expect(frames.size).toBe(1)
    for (const frame of frames.values()) frame()
    vi.advanceTimersByTime(1_000)
    expect(callback).toHaveBeenCalledOnce()
  })

  it('comes all the same where the page is hidden before it draws', () => {
    const frames = stubFrames('visible')
    const callback = vi.fn()
    environmentOf().requestFrame(callback)
    vi.advanceTimersByTime(100)
    expect(callback).toHaveBeenCalledOnce()
    expect(frames.size).toBe(0)
  })

  it('asks for no frame in a hidden page', () => {
    const frames = stubFrames('hidden')
    const callback = vi.fn()
    environmentOf().requestFrame(callback)
    expect(frames.size).toBe(0)
    vi.advanceTimersByTime(16)
    expect(callback).toHaveBeenCalledOnce()
  })

  it.each(['visible', 'hidden'])('leaves nothing behind when it is cancelled (%s)', (visibility) => {
    const frames = stubFrames(visibility)
    const callback = vi.fn()
    environmentOf().requestFrame(callback)()
    vi.advanceTimersByTime(1_000)
    expect(callback).not.toHaveBeenCalled()
    expect(frames.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the signals', () => {
  /** A window and its document, as far as they are listened to. */
  function stubPage({ onLine, visibilityState }: { onLine?: boolean; visibilityState?: string } = {}) {
    const window = new EventTarget()
    const document = Object.assign(new EventTarget(), { visibilityState })
    const listening = new Set<string>()
    for (const target of [window, document]) {
      const { addEventListener, removeEventListener } = target
      target.addEventListener = (name: string, listener: EventListener) => {
        listening.add(name)
        addEventListener.call(target, name, listener)
      }
      target.removeEventListener = (name: string, listener: EventListener) => {
        listening.delete(name)
        removeEventListener.call(target, name, listener)
      }
    }
    vi.stubGlobal('addEventListener', window.addEventListener)
    vi.stubGlobal('removeEventListener', window.removeEventListener)
    vi.stubGlobal('document', document)
    vi.stubGlobal('navigator', { onLine })
    return { window, document, listening }
  }

  const transition = (type: string, persisted: boolean) => Object.assign(new Event(type), { persisted })

  it('tell whether the host calls itself online, from the start', () => {
    const { window, listening } = stubPage({ onLine: false })
    const told: boolean[] = []
    const end = environmentOf().network((isOnline) => told.push(isOnline))
    window.dispatchEvent(new Event('online'))
    window.dispatchEvent(new Event('offline'))
    expect(told).toEqual([false, true, false])
    end()
    expect([...listening]).toEqual([])
  })

  it('tell whether the page is seen, from the start', () => {
    const { document, listening } = stubPage({ visibilityState: 'hidden' })
    const told: boolean[] = []
    const end = environmentOf().visibility((isVisible) => told.push(isVisible))
    document.visibilityState = 'visible'
    document.dispatchEvent(new Event('visibilitychange'))
    expect(told).toEqual([false, true])
    end()
    expect([...listening]).toEqual([])
  })

  it('tell whether the page is frozen or kept; one that is left for good says nothing', () => {
    const { window, document, listening } = stubPage()
    const told: boolean[] = []
    const end = environmentOf().page((isActive) => told.push(isActive))
    window.dispatchEvent(transition('pagehide', false))
    expect(told).toEqual([])
    window.dispatchEvent(transition('pagehide', true))
    document.dispatchEvent(new Event('freeze'))
    document.dispatchEvent(new Event('resume'))
    window.dispatchEvent(transition('pageshow', true))
    expect(told).toEqual([false, false, true, true])
    expect([...listening].sort()).toEqual(['freeze', 'pagehide', 'pageshow', 'resume'])
    end()
    expect([...listening]).toEqual([])
  })

  it('tell nothing bad where the host has nothing to tell', () => {
    for (const name of ['navigator', 'document', 'addEventListener', 'removeEventListener']) {
      vi.stubGlobal(name, undefined)
    }
    const { network, visibility, page } = environmentOf()
    for (const signal of [network, visibility, page]) {
      const told: boolean[] = []
      signal((value) => told.push(value))()
      expect(told).not.toContain(false)
    }
  })
})

describe('reportError()', () => {
  it('takes that of the host', () => {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    const error = new Error('x')
    environmentOf().reportError(error)
    expect(reportError).toHaveBeenCalledExactlyOnceWith(error)
  })

  it.each([
    [new Error('x'), new Error('x')],
    ['text', 'text'],
    [{ a: 1 }, '[object Object]'],
  ])('warns where Node has none: %s', (error, warning) => {
    vi.stubGlobal('reportError', undefined)
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    environmentOf().reportError(error)
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(warning)
  })

  it('does nothing where there is nothing to tell it to', () => {
    vi.stubGlobal('reportError', undefined)
    vi.stubGlobal('process', undefined)
    expect(() => environmentOf().reportError(new Error('x'))).not.toThrow()
  })

  it.each([
    ['that of the host throws', new Error('x'), vi.fn().mockThrow(new Error('of the host'))],
    ['what was thrown has no text', Object.create(null), undefined],
  ])('does not throw where %s', (_, error, reportError) => {
    vi.stubGlobal('reportError', reportError)
    expect(() => environmentOf().reportError(error)).not.toThrow()
  })

  it('does not throw where the given one does, and reports that to the host', () => {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    const broken = new Error('broken')
    const environment = environmentOf({
      reportError() {
        throw broken
      },
    })
    expect(() => environment.reportError(new Error('x'))).not.toThrow()
    expect(reportError).toHaveBeenCalledExactlyOnceWith(broken)
  })
})

describe('isServer()', () => {
  it('is so without a window and without a worker', () => {
    expect(isServer()).toBe(true)
  })

  it.each(['window', 'importScripts'])('is not with %s', (name) => {
    vi.stubGlobal(name, {})
    expect(isServer()).toBe(false)
  })
})
