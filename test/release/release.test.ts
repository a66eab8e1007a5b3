import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextVersion, obstacles } from '../../scripts/release.ts'

const root = join(import.meta.dirname, '../..')
const PACKAGES = ['core', 'react', 'vue', 'cli']

let copy: string

/** All that a release reads and writes. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'holdfast-release-'))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const path of ['package.json', 'CHANGELOG.md', '.changeset']) {
    cpSync(join(root, path), join(copy, path), { recursive: true })
  }
  for (const name of [
    ...PACKAGES.map((name) => `packages/${name}`),
    'examples/chat',
    'examples/demo',
    'examples/ticker',
  ]) {
    mkdirSync(join(copy, name), { recursive: true })
    cpSync(join(root, name, 'package.json'), join(copy, name, 'package.json'))
  }
  // It looks for a repository to compare with.
  execFileSync('git', ['init', '--quiet', '--initial-branch=main'], { cwd: copy })
})
afterAll(() => rmSync(copy, { recursive: true }))

describe('a release', () => {
  it('is held up while there is no version', () => {
    expect(obstacles(copy, 'v0.0.0')).toContain('there is no version yet: npm run release:version')
  })

  it('is held up by a changeset that waits', () => {
    writeFileSync(join(copy, '.changeset/first.md'), "---\n'@holdfast/core': minor\n---\n\nThe first one.\n")
    expect(obstacles(copy, 'v0.0.0')).toContain('.changeset/first.md has not become a version')
  })

  it('gives all packages the version that one of them gets, and what is told of it a heading', () => {
    expect(nextVersion(copy, '2026-12-01')).toBe('0.1.0')
    const manifests = PACKAGES.map((name) => {
      return JSON.parse(readFileSync(join(copy, 'packages', name, 'package.json'), 'utf8'))
    })
    expect(manifests.map(({ version }) => version)).toEqual(PACKAGES.map(() => '0.1.0'))
    const ranges = manifests.map(({ dependencies }) => dependencies['@holdfast/core']).filter(Boolean)
    expect(ranges).toEqual(['0.1.0', '0.1.0', '0.1.0'])
    expect(readFileSync(join(copy, 'CHANGELOG.md'), 'utf8')).toMatch(
      /## Unreleased\n\n## 0\.1\.0 \(2026-12-01\)\n/,
    )
    expect(obstacles(copy, 'v0.1.0')).toEqual([])
  })

  it('is held up by a tag that says something else', () => {
    expect(obstacles(copy, 'v0.2.0')).toEqual(['the tag is v0.2.0, the version 0.1.0'])
  })
})
