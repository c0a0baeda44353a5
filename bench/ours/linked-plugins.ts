// Plugins of one program and so many files, each with a shim of `octo link`.
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../child.ts'
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { openConsumer } from './consumer.ts'
import { thisPlatform } from './project.ts'
import { publishCommand } from './publish.ts'
import { startRegistry } from './registry.ts'

/** A shim lies below no folder for temporary files. */
const SHIMS = join(import.meta.dirname, '..', '..', '.octo', 'bench')

/** The shims, in the order of the counts, each after it ran once. */
export async function linkedPlugins(scope: Scope, program: string, counts: readonly number[]): Promise<Command[]> {
  const registry = await startRegistry(scope, { name: 'registry-of-linked' })
  const names = counts.map((count) => `files-${count}`)
  for (const [at, count] of counts.entries()) {
    const folder = scope.path(`project-${count}`)
    await writeProjectOf(folder, { name: names[at] ?? '', program, count })
    await run(publishCommand(scope, registry, folder))
  }
  const consumer = await openConsumer(scope, { name: 'consumer-of-linked', registry, plugins: names })
  const to = await shimFolder(scope)
  await run(consumer.octo(['link', ...names, '--to', to]))
  const { cwd, env } = consumer.octo([])
  const shims = names.map(
    (name): Command => ({ file: join(to, name), args: [], ...(cwd ? { cwd } : {}), ...(env ? { env } : {}) }),
  )
  for (const shim of shims) await run(shim)
  return shims
}

async function shimFolder(scope: Scope): Promise<string> {
  await mkdir(SHIMS, { recursive: true })
  const folder = await mkdtemp(join(SHIMS, 'shims-'))
  scope.onClose(() => rm(folder, { recursive: true, force: true }))
  return folder
}

type ProjectOf = { readonly name: string; readonly program: string; readonly count: number }

async function writeProjectOf(folder: string, { name, program, count }: ProjectOf): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true })
  await copyFile(program, join(folder, 'bin', 'program'))
  await chmod(join(folder, 'bin', 'program'), 0o755)
  for (let file = 1; file < count; file++) await writeFile(join(folder, 'bin', `${file}.txt`), `${file}\n`)
  const head = [`name: ${name}`, 'version: 1.0.0', 'kind: tool', 'description: Files to compare', 'protocol: exec']
  const platform = `  ${thisPlatform()}: {files: [bin], executable: bin/program}`
  await writeFile(join(folder, 'plugin.yaml'), `${[...head, 'platforms:', platform].join('\n')}\n`)
}
