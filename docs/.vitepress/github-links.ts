// The pages are written to be read on GitHub too. What is right there and not here is turned as it is rendered.
import { posix } from 'node:path'
import type { MarkdownOptions } from 'vitepress'

type Markdown = Parameters<NonNullable<MarkdownOptions['config']>>[0]
type Token = ReturnType<Markdown['parse']>[number]

export function forGitHub(markdown: Markdown): void {
  markdown.core.ruler.push('for-github', ({ tokens, env }) => {
    const page: string = env.relativePath ?? ''
    // Its text is included from the root of the repository.
    const folder = page === 'changelog.md' ? '..' : posix.dirname(page)
    for (const [index, { type, children }] of tokens.entries()) {
      turn(children ?? [], folder, posix.dirname(page))
      if (type === 'inline' && isDrawing(children ?? [])) frame(tokens[index - 1])
    }
  })
}

/** @param folder - Where the text lies, from docs/; `to`: where its page is. */
function turn(tokens: readonly Token[], folder: string, to: string): void {
  let isOutside = false
  for (const token of tokens) {
    // Two braces in code are code, not a template of ours.
    if (token.type === 'code_inline') token.attrSet('v-pre', '')
    if (token.type === 'image') token.attrSet('src', pictureOf(token.attrGet('src') ?? '', folder))
    if (token.type === 'link_open') isOutside = !stays(token, folder, to)
    if (!isOutside || !/^link_/.test(token.type)) continue
    if (token.type === 'link_close') isOutside = false
    token.type = token.type.replace('link', 'span')
    token.tag = 'span'
  }
}

function isDrawing(tokens: readonly Token[]): boolean {
  const [only, ...others] = tokens
  return others.length === 0 && only?.type === 'image' && /\.svg$/.test(only.attrGet('src') ?? '')
}

/** It scrolls where it does not fit, and whoever has no mouse must be able to. */
function frame(paragraph: Token | undefined): void {
  paragraph?.attrSet('class', 'drawing')
  paragraph?.attrSet('tabindex', '0')
}

/** What lies in `public/` is at the root of the site. */
function pictureOf(src: string, folder: string): string {
  const path = posix.join(folder, src)
  return path.startsWith('public/') ? path.replace('public', '') : src
}

/** A file of the repository that the site does not have: its path is shown, and leads nowhere. */
function stays(link: Token, folder: string, to: string): boolean {
  const href = link.attrGet('href') ?? ''
  if (/^(\w+:|#|\/)/.test(href)) return true
  const path = posix.join('docs', folder, href)
  if (path.startsWith('docs/')) {
    link.attrSet('href', `./${posix.relative(posix.join('docs', to), path)}`)
    return true
  }
  link.attrs = [
    ['class', 'in-repository'],
    ['title', path],
  ]
  return false
}
