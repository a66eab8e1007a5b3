import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

interface Block {
  readonly name: string
  readonly file: string
  readonly code: string
}

/** Every ```ts and ```tsx block, as a module in the folder of this test, where packages are found. */
const blocks: Block[] = markdownFiles().flatMap((path) => {
  const text = readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/^```(tsx?)\n(.*?)^```/gms)].map(([, kind, code = ''], index) => ({
    name: `${path}, block ${index + 1}`,
    file: join(import.meta.dirname, `${path.replaceAll('/', '-')}-${index + 1}.${kind}`),
    code: `${code}\nexport {}\n`,
  }))
})

const program = compile(blocks)

describe('the documentation', () => {
  it('has examples', () => {
    expect(blocks.length).toBeGreaterThan(5)
  })

  it.each(blocks)('compiles: $name', ({ file }) => {
    const source = program.getSourceFile(file)
    expect(source).toBeDefined()
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  })
})

function markdownFiles(): string[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const parts = ['packages', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/README.md`),
  )
  return ['README.md', ...pages.map((page) => `docs/${page}`), ...parts]
    .filter((path) => path.endsWith('.md') && existsSync(join(root, path)))
    .sort()
}

function compile(files: readonly Block[]): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const settings = { ...options, noUnusedLocals: false, noUnusedParameters: false }
  const host = ts.createCompilerHost(settings)
  const texts = new Map(files.map(({ file, code }) => [file, code]))
  const { getSourceFile, fileExists, readFile } = host
  host.fileExists = (name) => texts.has(name) || fileExists(name)
  host.readFile = (name) => texts.get(name) ?? readFile(name)
  host.getSourceFile = (name, target) => {
    const text = texts.get(name)
    return text === undefined ? getSourceFile(name, target) : ts.createSourceFile(name, text, target)
  }
  return ts.createProgram([...texts.keys()], settings, host)
}
