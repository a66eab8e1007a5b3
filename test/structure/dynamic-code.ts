import ts from 'typescript'

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate'])
const MARKUP = new Set(['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'dangerouslySetInnerHTML'])

/** Every place where text becomes code or markup, which a policy without `unsafe-eval` would forbid. */
export function dynamicCodeIn(path: string, text: string): string[] {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (isDynamic(node)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
      found.push(`${path}:${line + 1}: ${node.getText(file)}`)
    } else ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function isDynamic(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) return isDynamicCall(node)
  if (ts.isNewExpression(node)) return nameOf(node.expression) === 'Function'
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    return MARKUP.has(nameOf(node) ?? '') || nameOf(node) === 'eval'
  }
  if (ts.isJsxAttribute(node) || ts.isPropertyAssignment(node)) return MARKUP.has(node.name.getText())
  // However it is called later.
  return ts.isIdentifier(node) && node.text === 'eval'
}

function isDynamicCall({ expression, arguments: [first] }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return !first || !ts.isStringLiteral(first)
  const name = nameOf(expression) ?? ''
  if (['eval', 'Function', 'constructor'].includes(name) || MARKUP.has(name)) return true
  if (name === 'write' || name === 'writeln') return targetOf(expression) === 'document'
  return TIMERS.has(name) && first !== undefined && isText(first)
}

/** The last name of `a`, `b.a`, `b['a']`. */
function nameOf(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  if (!ts.isElementAccessExpression(node)) return undefined
  return ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined
}

function targetOf(node: ts.Expression): string | undefined {
  return ts.isPropertyAccessExpression(node) ? nameOf(node.expression) : undefined
}

/** A literal, a template, or a sum that has one. */
function isText(node: ts.Expression): boolean {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return true
  return ts.isBinaryExpression(node) && (isText(node.left) || isText(node.right))
}
