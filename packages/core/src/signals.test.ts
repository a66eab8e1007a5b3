import { describe, expect, it } from 'vitest'
import type { HoldfastError } from './errors.ts'
import { type SignalName, Signals } from './signals.ts'

function setUp(parts: Partial<ConstructorParameters<typeof Signals>[0]> = {}) {
  const log: string[] = []
  const errors: HoldfastError[] = []
  const set: Partial<Record<SignalName, (value: boolean) => void>> = {}
  const signal = (name: SignalName) => (tell: (value: boolean) => void) => {
    log.push(`+${name}`)
    set[name] = tell
    return () => log.push(`-${name}`)
  }
  const signals = new Signals(
    { network: signal('network'), visibility: signal('visibility'), page: signal('page'), ...parts },
    (name, value) => log.push(`${name}: ${value}`),
    (error) => errors.push(error),
  )
  return { log, errors, set, signals }
}

describe('Signals', () => {
  it('listens from attach() to detach(), once', () => {
    const { signals, log } = setUp()
    signals.detach()
    signals.attach()
    signals.attach()
    expect(log.splice(0)).toEqual(['+network', '+visibility', '+page'])
    signals.detach()
    signals.detach()
    expect(log.splice(0)).toEqual(['-network', '-visibility', '-page'])
    signals.attach()
    expect(log).toEqual(['+network', '+visibility', '+page'])
  })

  it('tells changes only, and takes what is not told to be true', () => {
    const { signals, set, log } = setUp()
    signals.attach()
    log.length = 0
    for (const value of [true, false, false, true]) set.network?.(value)
    expect(log).toEqual(['network: false', 'network: true'])
  })

  it('takes back what was told when it ends, and hears no more', () => {
    const { signals, set, log } = setUp()
    signals.attach()
    set.page?.(false)
    log.length = 0
    signals.detach()
    set.page?.(false)
    set.network?.(false)
    expect(log).toEqual(['-network', '-visibility', '-page', 'page: true'])
  })

  it('reports a signal that throws, and goes on with the others', () => {
    const { signals, log, errors } = setUp({
      network() {
        throw new TypeError('no network here')
      },
      visibility: () => () => {
        throw new TypeError('no way out')
      },
    })
    signals.attach()
    signals.detach()
    expect(log).toEqual(['+page', '-page'])
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['HANDLER', 'environment.network threw.'],
      ['HANDLER', 'environment.visibility threw.'],
    ])
  })

  it('cleans up after a signal that ends it by what it tells first', () => {
    const log: string[] = []
    const signals: Signals = new Signals(
      {
        network(set) {
          set(false)
          return () => log.push('-network')
        },
        visibility: () => {
          log.push('+visibility')
          return () => undefined
        },
        page: () => () => undefined,
      },
      (_, value) => {
        if (!value) signals.detach()
      },
      () => undefined,
    )
    signals.attach()
    expect(log).toEqual(['-network'])
  })
})
