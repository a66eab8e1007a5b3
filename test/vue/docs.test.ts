// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { compileScript, parse } from 'vue/compiler-sfc'

const root = join(import.meta.dirname, '../..')
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((page) => `docs/${page}`),
].filter((path) => path.endsWith('.md') && !/^docs\/(api|\.vitepress)\//.test(path))

/** Every ```vue block, script and template, as a module in the folder of this test, where packages are found. */
const blocks = pages.flatMap((path) => {
  const text = readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/^```vue(?: \[.*?\])?\n(.*?)^```/gms)].map(([, code = ''], index) => {
    const { descriptor, errors } = parse(code)
    const name = `${path}, block ${index + 1}`
    if (errors.length > 0) throw new Error(`${name}: ${errors[0]?.message}`)
    const { content } = compileScript(descriptor, { id: 'docs', inlineTemplate: true })
    return { name, file: join(import.meta.dirname, `${path.replaceAll('/', '-')}-${index + 1}.ts`), content }
  })
})

describe('the documentation', () => {
  it('has components', () => {
    expect(blocks.length).toBeGreaterThan(1)
  })

  it('compiles every component', { timeout: 60_000 }, () => {
    const found = diagnostics(new Map(blocks.map(({ file, content }) => [file, content])))
    expect(found).toEqual([])
  })
})

function diagnostics(texts: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  // The compiler's own imports are not to be judged.
  const settings = { ...options, noUnusedLocals: false, noUnusedParameters: false }
  const host = ts.createCompilerHost(settings)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => texts.has(name) || fileExists(name)
  host.getSourceFile = (name, target) => {
    const text = texts.get(name)
    return text === undefined ? getSourceFile(name, target) : ts.createSourceFile(name, text, target)
  }
  const program = ts.createProgram([...texts.keys()], settings, host)
  return [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
  })
}
