/**
 * Packs the packages as they would be published, installs them into fresh projects, and builds those: whatever warns
 * or fails is told. It loads all that the projects need, some hundred MB.
 *
 *     npm run consumers [-- next nuxt …]
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyProject, dependOn, packAll, run } from '../test/consumers/packed.ts'

const COMPILERS = ['5', '6', '7']
/** Types alone: tried with each compiler. */
const TYPED = 'types'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-consumers-'))
const chosen = process.argv.slice(2)
const all = await readdir(new URL('../test/consumers/projects', import.meta.url))

/** What Nuxt says of a plugin of its own, in every project. */
const BY_NUXT = 'nuxt:module-preload-polyfill'

/** Lines in which a tool complains. */
function complaints(output: string): string[] {
  const lines = output.split('\n').filter((line) => /\b(warn(ing)?|deprecat\w*)\b|\berror:/i.test(line))
  return lines.filter((line) => !line.includes(BY_NUXT))
}

async function attempt(name: string, project: string): Promise<void> {
  const start = performance.now()
  const problem = await run(project, 'npm', 'run', '--silent', 'try').then(
    (output) => complaints(output).join('\n'),
    (error: Error) => error.message,
  )
  const seconds = ((performance.now() - start) / 1_000).toFixed(1)
  console.log(
    `${problem === '' ? 'ok  ' : 'FAIL'} ${name}, ${seconds} s${problem === '' ? '' : `\n${problem}`}`,
  )
  if (problem !== '') process.exitCode = 1
}

try {
  const archives = await packAll(folder)
  for (const name of all.filter((name) => chosen.length === 0 || chosen.includes(name))) {
    const project = await copyProject(name, folder)
    await dependOn(project, archives)
    await run(project, 'npm', 'install', '--no-audit', '--no-fund')
    if (name !== TYPED) await attempt(name, project)
    else {
      for (const version of COMPILERS) {
        await run(project, 'npm', 'install', '--no-audit', '--no-fund', '--save-dev', `typescript@${version}`)
        await attempt(`${name} with TypeScript ${version}`, project)
      }
    }
  }
} finally {
  await rm(folder, { recursive: true })
}
