import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

const ROOT = resolve(import.meta.dirname, '../..')

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string
  /** What is loaded with it: files from the root of the repository, packages by name. */
  readonly imports: readonly string[]
  /** What it takes types from, beside those. */
  readonly typeImports: readonly string[]
}

/** The files of a package that are published. */
export function sourcesOf(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|test-d|react-\d+\.test)\.tsx?$/.test(name))
    .map((name) => read(join(folder, name)))
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

function read(path: string): SourceFile {
  const text = textOf(path)
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
  const imports: string[] = []
  const typeImports: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      // With `verbatimModuleSyntax` only `import type` is left out; `import { type A }` loads the module.
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      add(node.moduleSpecifier, node.isTypeOnly)
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments
      if (specifier) add(specifier, false)
    }
    ts.forEachChild(node, visit)
  }
  const add = (specifier: ts.Expression, isType: boolean): void => {
    if (!ts.isStringLiteral(specifier)) throw new Error(`${path} imports what is no literal.`)
    const { text } = specifier
    const target = text.startsWith('.') ? join(dirname(path), text) : text
    ;(isType ? typeImports : imports).push(target)
  }
  visit(file)
  return { path, imports, typeImports }
}

/** All that is loaded with a file, itself included. */
export function closureOf(path: string, sources: readonly SourceFile[]): Set<string> {
  const found = new Set<string>()
  const visit = (current: string): void => {
    if (found.has(current)) return
    found.add(current)
    for (const next of sources.find((source) => source.path === current)?.imports ?? []) visit(next)
  }
  visit(path)
  return found
}

/** Every use of a global name as a value: `Math.random`, `setTimeout`, `globalThis` … */
export function globalsOf(paths: readonly string[]): { path: string; name: string; line: number }[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const program = ts.createProgram(
    paths.map((path) => join(ROOT, path)),
    options,
  )
  const checker = program.getTypeChecker()
  const isGlobal = (symbol: ts.Symbol | undefined): boolean => {
    const declarations = symbol?.declarations ?? []
    return (
      declarations.length > 0 && declarations.every((declaration) => isOfHost(declaration.getSourceFile()))
    )
  }
  const isOfHost = (file: ts.SourceFile): boolean =>
    program.isSourceFileDefaultLibrary(file) || file.fileName.includes('/node_modules/@types/')

  const uses: { path: string; name: string; line: number }[] = []
  for (const path of paths) {
    const file = program.getSourceFile(join(ROOT, path))
    if (!file) throw new Error(`${path} is not part of the program.`)
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && isFreeValue(node)) {
        const symbol = ts.isShorthandPropertyAssignment(node.parent)
          ? checker.getShorthandAssignmentValueSymbol(node.parent)
          : checker.getSymbolAtLocation(node)
        if (node.text === 'globalThis' || isGlobal(symbol)) {
          const { parent } = node
          const member = ts.isPropertyAccessExpression(parent) ? parent.name.text : undefined
          const name = node.text === 'Math' ? `Math.${member}` : node.text
          const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
          uses.push({ path: relative(ROOT, file.fileName), name, line: line + 1 })
        }
      }
      ts.forEachChild(node, visit)
    }
    visit(file)
  }
  return uses
}

/** Whether an identifier is looked up in scope, for its value. */
function isFreeValue(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPartOfTypeNode(node)) return false
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isShorthandPropertyAssignment(parent)) return true
  // The name of a declaration, a key, or what a pattern takes out.
  if ('name' in parent && parent.name === node) return false
  return !(ts.isBindingElement(parent) && parent.propertyName === node)
}
