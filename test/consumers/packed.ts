import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../..')
const PROJECTS = join(import.meta.dirname, 'projects')
/** By their folders. */
const PACKAGES = {
  core: '@holdfast/core',
  react: '@holdfast/react',
  vue: '@holdfast/vue',
  cli: 'holdfast',
} as const

/** What a command wrote; rejects with that if it fails. */
export async function run(folder: string, command: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, NODE_ENV: undefined, VITEST: undefined, CI: '1', NO_COLOR: '1' }
  const options = { cwd: folder, env: { ...env, NEXT_TELEMETRY_DISABLED: '1' }, maxBuffer: 2 ** 26 }
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, options)
    return stdout + stderr
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}

/** When a file of a folder was written last; 0 if there is none. */
function newest(folder: string): number {
  if (!existsSync(folder)) return 0
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return Math.max(0, ...names.map((name) => statSync(join(folder, name)).mtimeMs))
}

/** Packs all packages as `npm publish` would; the archives by the names of the packages. */
export async function packAll(folder: string): Promise<Map<string, string>> {
  const folders = Object.keys(PACKAGES).map((name) => join(root, 'packages', name))
  const isStale = (path: string) => newest(join(path, 'src')) > newest(join(path, 'dist'))
  if (folders.some(isStale)) await run(root, 'npm', 'run', 'build')
  const workspaces = Object.values(PACKAGES).flatMap((name) => ['--workspace', name])
  const text = await run(
    root,
    'npm',
    'pack',
    '--silent',
    '--json',
    '--pack-destination',
    folder,
    ...workspaces,
  )
  const packed: readonly { name: string; filename: string }[] = JSON.parse(text.slice(text.indexOf('[')))
  return new Map(packed.map(({ name, filename }) => [name, join(folder, filename)]))
}

/** A copy of one of the projects. */
export async function copyProject(name: string, folder: string): Promise<string> {
  const project = join(folder, name)
  await cp(join(PROJECTS, name), project, { recursive: true })
  return project
}

/** Has the project name the archives beside its own packages, for `npm install`. */
export async function dependOn(project: string, archives: ReadonlyMap<string, string>): Promise<void> {
  const path = join(project, 'package.json')
  const { dependencies, ...rest } = JSON.parse(await readFile(path, 'utf8'))
  const ours = Object.fromEntries([...archives].map(([name, file]) => [name, `file:${file}`]))
  await writeFile(path, JSON.stringify({ ...rest, dependencies: { ...dependencies, ...ours } }))
}

/** Unpacks the archives into the project; all that they and it need besides is what is installed here. */
export async function unpackInto(folder: string, archives: ReadonlyMap<string, string>): Promise<void> {
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  // Between the projects and what is installed here, so that no workspace is found instead.
  for (const [name, file] of archives) {
    const target = join(folder, 'projects/node_modules', name)
    await mkdir(target, { recursive: true })
    await run(target, 'tar', '-xzf', file, '--strip-components=1')
  }
}
