import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { textOf } from './source-files.ts'

interface Manifest {
  readonly name: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** As package-lock.json has it, by folder. */
interface Locked {
  readonly link?: boolean
  readonly resolved?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}

const { packages: locked } = JSON.parse(textOf('package-lock.json')) as {
  packages: Readonly<Record<string, Locked>>
}
const ours = readdirSync('packages').map((folder) => {
  return JSON.parse(textOf(`packages/${folder}/package.json`)) as Manifest
})

/** What npm installs with a package beside what its user has chosen, by name; our own left out. */
function installedWith({ dependencies = {} }: Manifest): Map<string, Locked> {
  const found = new Map<string, Locked>()
  const visit = (names: readonly string[]): void => {
    for (const name of names) {
      const entry = locked[`node_modules/${name}`]
      if (!entry) throw new Error(`package-lock.json does not have ${name}.`)
      const next = (entry.link && locked[entry.resolved ?? '']) || entry
      if (!entry.link) {
        if (found.has(name)) continue
        found.set(name, entry)
      }
      visit(Object.keys(next.dependencies ?? {}))
    }
  }
  visit(Object.keys(dependencies))
  return found
}

describe('what is installed to build and test', () => {
  it('is known by its hash, all of it', () => {
    const installed = Object.entries(locked).filter(
      ([path, { link }]) => path.includes('node_modules/') && !link,
    )
    expect(installed.length).toBeGreaterThan(100)
    expect(
      installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path),
    ).toEqual([])
  })
})

describe('what is installed with us', () => {
  it.each<[string, string[]]>([
    ['@holdfast/core', ['idb', 'rxjs', 'tslib']],
    ['@holdfast/react', ['idb', 'rxjs', 'tslib']],
    ['@holdfast/vue', ['idb', 'rxjs', 'tslib']],
    ['holdfast', ['idb', 'rxjs', 'tslib', 'ws']],
  ])('is, with %s, no more than %j', (name, names) => {
    const manifest = ours.find((one) => one.name === name)
    expect(manifest && [...installedWith(manifest).keys()].sort()).toEqual(names)
    expect(manifest?.optionalDependencies).toBeUndefined()
  })

  it('is known by its hash, and runs no script when it is installed', () => {
    for (const manifest of ours) {
      // `prepare` too: it runs when a package is installed out of a repository.
      const atInstall = Object.keys(manifest.scripts ?? {}).filter((name) => /install$|^prepare/.test(name))
      expect(atInstall, manifest.name).toEqual([])
      for (const [name, { hasInstallScript, integrity }] of installedWith(manifest)) {
        expect({ name, hasInstallScript, integrity }).toEqual({
          name,
          hasInstallScript: undefined,
          integrity: expect.stringMatching(/^sha512-/),
        })
      }
    }
  })

  it('is all that there is: nobody is missing here', () => {
    expect(ours.map(({ name }) => name).sort()).toEqual([
      '@holdfast/core',
      '@holdfast/react',
      '@holdfast/vue',
      'holdfast',
    ])
  })
})
