// Tables of what an interface or a union has, by the comments that the code gives its members.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { code, table } from './table.ts'

interface Member {
  readonly name: string
  readonly text: string
  readonly defaultValue: string
}

const core = join(import.meta.dirname, '../../packages/core/src')

/** One row for each member of interfaces: its name, its default, what it is. */
export function optionsTable(...interfaces: readonly (readonly [path: string, name: string])[]): string {
  const members = interfaces.flatMap(([path, name]) => membersOf(path, name))
  return table(
    ['option', 'default', 'what it is'],
    members.map((member) => [code(member.name), member.defaultValue, member.text]),
  )
}

/** As {@link optionsTable}, of what has no defaults. */
export function membersTable(head: string, path: string, name: string): string {
  return table(
    [head, 'what it is'],
    membersOf(path, name).map((member) => [code(member.name), member.text]),
  )
}

/** The comments of the strings of a union, by these. */
export function meaningsOf(path: string, name: string): Map<string, string> {
  const { source, node } = declared(path, name)
  if (!ts.isTypeAliasDeclaration(node) || !ts.isUnionTypeNode(node.type))
    throw new Error(`${name} is no union.`)
  let end = node.type.getFullStart()
  return new Map(
    node.type.types.map((type) => {
      const before = source.text.slice(end, type.getStart())
      end = type.end
      const value = type.getText().slice(1, -1)
      return [value, said(/\/\*\*(.*?)\*\//s.exec(before)?.[1], value)]
    }),
  )
}

function membersOf(path: string, name: string): Member[] {
  const { node } = declared(path, name)
  if (!ts.isInterfaceDeclaration(node)) throw new Error(`${name} is no interface.`)
  return node.members.map((member) => {
    const own = member.name?.getText() ?? ''
    const comment = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc)
    const tag = comment?.tags?.find(({ tagName }) => tagName.text === 'defaultValue')
    return {
      name: own,
      text: said(ts.getTextOfJSDocComment(comment?.comment), own),
      defaultValue: plain(ts.getTextOfJSDocComment(tag?.comment) ?? ''),
    }
  })
}

function declared(path: string, name: string): { source: ts.SourceFile; node: ts.Node } {
  const text = readFileSync(join(core, path), 'utf8')
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const node = source.statements.find(
    (statement) =>
      (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) &&
      statement.name.text === name,
  )
  if (!node) throw new Error(`${path} declares no ${name}.`)
  return { source, node }
}

function said(comment: string | undefined, name: string): string {
  if (comment === undefined) throw new Error(`Say in the code what ${name} is.`)
  return plain(comment)
}

/** As a cell of a table: on one line, with links as code. */
function plain(comment: string): string {
  return comment
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll(/^\s*\*/gm, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .trim()
}
