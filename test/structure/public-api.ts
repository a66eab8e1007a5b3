import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'

const ROOT = resolve(import.meta.dirname, '../..')
const FORMAT =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.WriteArrowStyleSignature |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope

interface Entry {
  readonly name: string
  readonly path: string
}

/** What can be imported from a package, by its package.json. */
function entriesOf(folder: string): Entry[] {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8'))
  return Object.entries<string | Record<string, string>>(exports).flatMap(([path, to]) => {
    const source = typeof to === 'object' ? to['holdfast-source'] : undefined
    return source ? [{ name: path.replace('.', name), path: join(ROOT, 'packages', folder, source) }] : []
  })
}

/** A chapter for each entry of the packages, a paragraph for each name that it exports. */
export function publicApi(folders: readonly string[]): string {
  const entries = folders.flatMap(entriesOf)
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const program = ts.createProgram(
    entries.map(({ path }) => path),
    options,
  )
  const checker = program.getTypeChecker()

  const typeOf = (symbol: ts.Symbol): string => {
    return checker.typeToString(checker.getTypeOfSymbol(symbol), undefined, FORMAT)
  }
  const memberOf = (member: ts.Symbol): string => {
    const mark = member.flags & ts.SymbolFlags.Optional ? '?' : ''
    return `  ${member.name.replace(/^__@(\w+)@\d+$/, '[$1]')}${mark}: ${typeOf(member)}`
  }
  const describe = (exported: ts.Symbol): string => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    if (symbol.flags & ts.SymbolFlags.TypeAlias) {
      const type = checker.getDeclaredTypeOfSymbol(symbol)
      return `type ${exported.name} = ${checker.typeToString(type, undefined, FORMAT | ts.TypeFormatFlags.InTypeAlias)}`
    }
    if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) {
      return `${exported.name}: ${typeOf(symbol)}`
    }
    const isClass = symbol.flags & ts.SymbolFlags.Class
    const type = checker.getDeclaredTypeOfSymbol(symbol)
    const members = type
      .getProperties()
      .filter((member) => !member.name.startsWith('__#'))
      .filter((member) => !member.getJsDocTags().some(({ name }) => name === 'internal'))
    return [`${isClass ? 'class' : 'interface'} ${exported.name}`, ...members.map(memberOf).sort()].join('\n')
  }

  const chapters = entries.map(({ name, path }) => {
    const file = program.getSourceFile(path)
    const module = file && checker.getSymbolAtLocation(file)
    if (!module) throw new Error(`${path} exports nothing.`)
    const names = checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1))
    return [`# ${name}`, ...names.map(describe)].join('\n\n')
  })
  return `${chapters.join('\n\n')}\n`
}
