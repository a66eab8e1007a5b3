import { extname, join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { blocksOfPages, root } from './blocks.ts'
import { examplesOfComments } from './comment-examples.ts'

interface Module {
  readonly name: string
  readonly file: string
  readonly code: string
}

const examples = examplesOfComments()

/** Every block, and every example in a comment, as a module in the folder of this test, where packages are found. */
const blocks: Module[] = [...blocksOfPages(), ...examples].map(({ name, id, kind, code }) => ({
  name,
  file: join(import.meta.dirname, `${id}.${kind}`),
  code,
}))

const program = compile(blocks)

describe('the documentation', () => {
  it('has examples', () => {
    expect(blocks.length).toBeGreaterThan(100)
    expect(examples.length).toBeGreaterThan(30)
  })

  it('has those of a code group, which have a label', () => {
    const grouped = blocks.filter(({ name }) => name.startsWith('docs/ko/start.md'))
    expect(grouped.map(({ file }) => extname(file))).toEqual(expect.arrayContaining(['.ts', '.tsx']))
  })

  it.each(blocks)('compiles: $name', ({ file }) => {
    const source = program.getSourceFile(file)
    expect(source).toBeDefined()
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  })
})

function compile(files: readonly Module[]): ts.Program {
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
