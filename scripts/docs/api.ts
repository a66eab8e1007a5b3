// The API as pages of the site, from the comments of what each entry exports. `npm run docs:api`
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Application, TSConfigReader, type TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'

const root = join(import.meta.dirname, '../..')

/** What TypeDoc calls an entry, and what its user does. `bindings` is no application's API. */
const ENTRIES: Readonly<Record<string, string>> = {
  'core/src': '@holdfast/core',
  'core/src/websocket': '@holdfast/core/websocket',
  'core/src/storage': '@holdfast/core/storage',
  'core/src/testing': '@holdfast/core/testing',
  'react/src': '@holdfast/react',
  'vue/src': '@holdfast/vue',
}
const TSCONFIG = join(import.meta.dirname, 'tsconfig.json')
const { files }: { files: string[] } = JSON.parse(readFileSync(TSCONFIG, 'utf8'))

const options: Partial<TypeDocOptions & PluginOptions> = {
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: files.map((file) => join(import.meta.dirname, file)),
  tsconfig: TSCONFIG,
  out: join(root, 'docs/api'),
  readme: 'none',
  name: 'API',
  // A page for each entry.
  router: 'module',
  entryFileName: 'index',
  useCustomAnchors: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  // Their types are checked by `npm run types`.
  skipErrorChecking: true,
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  githubPages: false,
  logLevel: 'Warn',
  validation: { notExported: false, invalidLink: true },
}

const app = await Application.bootstrapWithPlugins(options, [new TSConfigReader()])
const project = await app.convert()
if (!project) throw new Error('TypeDoc could not read the packages.')
for (const entry of project.children ?? []) {
  const name = ENTRIES[entry.name]
  if (name === undefined) throw new Error(`${entry.name} has no name of its own.`)
  entry.name = name
}
await app.generateOutputs(project)
