import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dynamicCodeIn } from './dynamic-code.ts'
import { sourcesOf, textOf } from './source-files.ts'

const packages = readdirSync('packages')

describe('what is published', () => {
  it.each(packages)('makes no code of text, and no markup: %s', (name) => {
    const sources = sourcesOf(`packages/${name}/src`)
    expect(sources.length).toBeGreaterThan(0)
    expect(sources.flatMap(({ path }) => dynamicCodeIn(path, textOf(path)))).toEqual([])
  })
})

describe('dynamic code', () => {
  it.each([
    "eval('1')",
    "globalThis.eval('1')",
    "globalThis['eval']('1')",
    'const run = eval',
    "new Function('return 1')",
    "Function('return 1')",
    "globalThis.Function('return 1')",
    "(() => {}).constructor('return 1')",
    "setTimeout('run()', 1)",
    'setTimeout(`run()`, 1)',
    "globalThis.setInterval('run()', 1)",
    "setImmediate('run()')",
    "setTimeout('run(' + 1 + ')', 1)",
    'import(name)',
    "import('./' + name)",
    "document.write('<b>')",
    "document.writeln('<b>')",
    "element.innerHTML = '<b>'",
    "element.outerHTML = '<b>'",
    "element['innerHTML'] = '<b>'",
    "element.insertAdjacentHTML('beforeend', '<b>')",
    "<p dangerouslySetInnerHTML={{ __html: '<b>' }} />",
    'const markup = { dangerouslySetInnerHTML: { __html: text } }',
  ])('is found in %s', (code) => {
    expect(dynamicCodeIn('example.tsx', code)).toHaveLength(1)
  })

  it.each([
    'setTimeout(run, 1)',
    'environment.setTimeout(() => run(), 1)',
    "import('./other.ts')",
    "socket.write('eval')",
    'type Handler = Function',
    'const evaluate = (eval_: string) => eval_',
    'class A { constructor() {} }',
    'const { name } = value.constructor',
  ])('is not %s', (code) => {
    expect(dynamicCodeIn('example.tsx', code)).toEqual([])
  })
})
