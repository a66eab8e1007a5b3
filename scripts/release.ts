/**
 * A release, step by step; CONTRIBUTING.md has the whole way.
 *
 *     npm run release:version                        the changesets become the next version
 *     npm run release:check -- v1.2.3                whether that is what would be published
 *     npm run release:publish [-- --dry-run]         publishes, with a statement of where it was built
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGES = ['core', 'react', 'vue', 'cli']
const UNRELEASED = '## Unreleased\n'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

function read(root: string, name: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
}

function versionOf(root: string): string {
  return read(root, 'core').version
}

/** Gives what is unreleased in the changelog its version and its day. */
export function headline(changelog: string, version: string, day: string): string {
  if (!changelog.includes(UNRELEASED)) throw new Error('CHANGELOG.md has no heading "Unreleased".')
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n## ${version} (${day})\n`)
}

/** What keeps the packages from being published under a tag. */
export function obstacles(root: string, tag: string): string[] {
  const version = versionOf(root)
  const waiting = readdirSync(join(root, '.changeset')).filter((file) => /(?<!README)\.md$/.test(file))
  const manifests = PACKAGES.map((name) => read(root, name))
  const others = manifests.filter((manifest) => manifest.version !== version)
  const astray = manifests.filter(({ dependencies = {} }) => {
    return (dependencies['@holdfast/core'] ?? version) !== version
  })
  const isTold = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').includes(`\n## ${version} (`)
  return [
    ...(tag === `v${version}` ? [] : [`the tag is ${tag}, the version ${version}`]),
    ...(version === '0.0.0' ? ['there is no version yet: npm run release:version'] : []),
    ...waiting.map((file) => `.changeset/${file} has not become a version`),
    ...others.map(({ name }) => `${name} has another version`),
    ...astray.map(({ name }) => `${name} depends on another version of @holdfast/core`),
    ...(isTold ? [] : [`CHANGELOG.md has no heading for ${version}`]),
  ]
}

/** Turns the changesets into a version, in the packages and in the changelog. */
export function nextVersion(root: string, day: string): string {
  execFileSync(process.execPath, [join(root, 'node_modules/@changesets/cli/bin.js'), 'version'], {
    cwd: root,
  })
  const version = versionOf(root)
  const path = join(root, 'CHANGELOG.md')
  writeFileSync(path, headline(readFileSync(path, 'utf8'), version, day))
  return version
}

function publish(root: string, args: readonly string[]): void {
  const { GITHUB_REPOSITORY: repository } = process.env
  for (const name of PACKAGES) {
    const folder = join(root, 'packages', name)
    // The statement is about this repository, and npm compares.
    if (repository) {
      const values = [
        `repository.url=git+https://github.com/${repository}.git`,
        `repository.directory=packages/${name}`,
      ]
      execFileSync('npm', ['pkg', 'set', 'repository.type=git', ...values], { cwd: folder, stdio: 'inherit' })
    }
    const provenance = repository ? ['--provenance'] : []
    const options = ['publish', '--access', 'public', ...provenance, ...args]
    execFileSync('npm', options, { cwd: folder, stdio: 'inherit' })
  }
}

const [command, ...args] = process.argv.slice(2)
const root = join(import.meta.dirname, '..')
if (command === 'version') {
  console.log(nextVersion(root, new Date().toISOString().slice(0, 10)))
  execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: root, stdio: 'inherit' })
} else if (command === 'check') {
  const found = obstacles(root, args[0] ?? '')
  for (const obstacle of found) console.error(obstacle)
  if (found.length > 0) process.exitCode = 1
} else if (command === 'publish') publish(root, args)
