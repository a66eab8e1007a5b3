import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { slugOf } from '../../docs/.vitepress/slug.ts'
import { markdownFiles, root } from './blocks.ts'

const pages = markdownFiles()

/** Without blocks of code: what looks like a link there is none. */
function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8').replace(/^```.*?^```/gms, '')
}

/** As GitHub makes them of headings. */
function anchorsOf(path: string): Set<string> {
  const found = new Set<string>()
  for (const [, heading = ''] of textOf(path).matchAll(/^#{1,6} (.*)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
    const slug = slugOf(plain)
    let anchor = slug
    for (let n = 1; found.has(anchor); n++) anchor = `${slug}-${n}`
    found.add(anchor)
  }
  return found
}

function brokenIn(page: string): string[] {
  const targets = [
    ...textOf(page)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)|(?:href|src|srcset)="([^"]+)"/g),
  ]
  return targets
    .map(([, link = '', attribute = '']) => link || attribute)
    .filter((target) => !/^\w+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(root, file))) return true
      return anchor !== undefined && !anchorsOf(file).has(anchor)
    })
}

describe('the links of', () => {
  it.each(pages)('%s lead to files and headings that there are', (page) => {
    expect(brokenIn(page)).toEqual([])
  })
})

it('tells a heading that there is not', () => {
  expect(anchorsOf('docs/queue.md')).toContain('why-a-high-water-mark')
  expect(anchorsOf('docs/queue.md')).not.toContain('why-a-low-water-mark')
})
