// The examples in comments of the code, which the pages of the API show. They are short: what they take for granted is
// added here, so that they can be compiled too.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@holdfast/core'
import * as storage from '@holdfast/core/storage'
import * as testing from '@holdfast/core/testing'
import * as websocket from '@holdfast/core/websocket'
import * as react from '@holdfast/react'
import { type Block, root } from './blocks.ts'

const CORE = {
  '@holdfast/core': Object.keys(core),
  '@holdfast/core/storage': Object.keys(storage),
  '@holdfast/core/testing': Object.keys(testing),
  '@holdfast/core/websocket': Object.keys(websocket).filter((name) => !(name in core)),
}
const HOOKS = Object.keys(react).filter((name) => name.startsWith('use'))
/** What an example may use without saying where it is from, by package. */
const EXPORTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  core: { ...CORE, vitest: ['it'] },
  react: { ...CORE, '@holdfast/react': Object.keys(react) },
  // Loaded, it would need a document.
  vue: { ...CORE, '@holdfast/vue': [...HOOKS, 'holdfast', 'provideConnection'], vue: ['createApp'] },
}

/** Things of an application. Any type: that the calls are right is what is to be seen. */
const VALUES = [
  'App',
  'Chart',
  'chart',
  'crash',
  'file',
  'list',
  'log$',
  'myOutbox',
  'nextId',
  'photos$',
  'prices$',
  'props',
  'show',
  'signedUrl',
  'store',
  'symbol',
  'table',
  'upload',
  'userId',
]
const TYPES = ['Chat', 'ChatMessage', 'Message', 'Price']

export function examplesOfComments(): Block[] {
  return Object.keys(EXPORTS).flatMap((folder) =>
    readdirSync(join(root, 'packages', folder, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !/\.test(-d)?\.tsx?$/.test(name))
      .sort()
      .flatMap((name) => examplesIn(`packages/${folder}/src/${name}`, folder)),
  )
}

function examplesIn(path: string, folder: string): Block[] {
  const text = readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/^ *\* ```tsx?\n(.*?)^ *\* ```/gms)].map(([, quoted = ''], index) => {
    const code = quoted.replace(/^ *\* ?/gm, '')
    return {
      name: `${path}, example ${index + 1}`,
      id: `${path.replaceAll('/', '-')}-${index + 1}`,
      kind: folder === 'react' ? ('tsx' as const) : ('ts' as const),
      code: inScene(code, folder),
      runs: false,
    }
  })
}

function inScene(code: string, folder: string): string {
  const isUsed = (name: string): boolean =>
    new RegExp(`(?<![\\w.$'])${name.replace('$', '\\$')}(?![\\w$])`).test(code)
  const isMade = (name: string): boolean =>
    new RegExp(`(?:const|function) ${name.replace('$', '\\$')}\\b`).test(code)
  const imports = Object.entries(EXPORTS[folder] ?? {}).map(([from, names]) => {
    return `import { ${names.filter((name) => isUsed(name) && !isMade(name)).join(', ')} } from '${from}'`
  })
  const values = VALUES.filter((name) => isUsed(name) && !isMade(name)).map(
    (name) => `declare const ${name}: ${name.endsWith('$') ? 'Observable<any>' : 'any'}`,
  )
  const types = TYPES.filter(isUsed).map((name) => `type ${name} = any`)
  return [
    ...imports,
    "import type { Connection } from '@holdfast/core'",
    "import type { Observable } from 'rxjs'",
    'declare const connection: Connection<any, any>',
    ...values,
    ...types,
    // Some await, and some return what they render.
    `export async function example() {\n${code}\n}\n`,
  ].join('\n')
}
