import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './blocks.ts'

interface Budget {
  readonly name: string
  readonly limit: string
  readonly gzip: boolean
  readonly ignore?: readonly string[]
}

const budgets: readonly Budget[] = JSON.parse(readFileSync(join(root, '.size-limit.json'), 'utf8'))

/** The limit that is kept for an import, by what is left out of it. */
function limitOf(name: string): string | undefined {
  return budgets.find((budget) => budget.name === name)?.limit
}

const readme = readFileSync(join(root, 'README.md'), 'utf8')

it('promises in the README the sizes that size-limit holds', () => {
  const table = readme.slice(readme.indexOf('\n## Size\n'))
  const rows = [...table.matchAll(/^\| (.+) \| ([\d.]+ kB) \| ([\d.]+ kB) \|$/gm)]
  const promised = rows.map(([, text = '', without, withRxjs]) => {
    const [name = ''] = text.replaceAll('`', '').split(',')
    return { name, without, withRxjs }
  })
  const held = promised.map(({ name }) => {
    const own = limitOf(name)
    return { name, without: own, withRxjs: limitOf(`${name}, with rxjs`) ?? own }
  })
  expect(promised.map(({ name }) => name)).toEqual([
    'connect',
    'connect and queryParameter',
    'connect and indexedDbOutbox',
    'all of @holdfast/core',
    'ReconnectingWebSocket',
    'useWebSocket of React',
    'useWebSocket of Vue',
  ])
  expect(promised).toEqual(held)
})

it('tells beside others what size-limit holds, and what they were weighed at', () => {
  const [, told = ''] = /^\| size with gzip \| (.+) \|$/m.exec(readme) ?? []
  const weighed = readFileSync(join(root, 'docs/comparison.md'), 'utf8')
  const weightOf = (name: string): string => {
    const [, bytes = ''] = new RegExp(`^\\| ${name} \\| ([\\d,]+) \\|`, 'm').exec(weighed) ?? []
    return `${(Number(bytes.replace(',', '')) / 1_000).toFixed(1)} kB`
  }
  const others = ['partysocket', 'reconnecting-websocket', 'react-use-websocket', 'VueUse useWebSocket']
  expect(told.split(' | ')).toEqual([limitOf('connect'), ...others.map(weightOf)])
})

it('weighs with gzip, and leaves rxjs out only where that is said', () => {
  for (const { name, gzip, ignore = [] } of budgets) {
    expect([name, gzip]).toEqual([name, true])
    if (name.endsWith('with rxjs'))
      expect([name, ignore]).toEqual([name, ignore.filter((left) => left !== 'rxjs')])
  }
  // What loads none needs no second figure: with rxjs in it, it would not keep its limit either.
  expect(budgets.find(({ name }) => name === 'ReconnectingWebSocket')?.ignore).toBeUndefined()
})
