// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../../packages/react/src')
const files = readdirSync(folder).filter((name) => !/\.test(-d)?\.tsx?$/.test(name))
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

describe('@holdfast/react', () => {
  it('is a client boundary for React Server Components', () => {
    expect(read('index.ts')).toMatch(/^'use client'\n/)
  })

  it.each(files)('%s is short, and imports nothing but react and the core', (name) => {
    const text = read(name)
    expect(text.split('\n').length).toBeLessThanOrEqual(110)
    const imports = [...text.matchAll(/from '([^.][^']*)'/g)].map(([, source]) => source)
    const allowed = ['react', '@holdfast/core', '@holdfast/core/bindings']
    expect(imports.filter((source) => !allowed.includes(source ?? ''))).toEqual([])
  })
})
