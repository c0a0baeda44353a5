// A plugin around the smallest program there is, installed and ready to run.
import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../child.ts'
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { openConsumer } from './consumer.ts'
import { thisPlatform, writeManifest } from './project.ts'
import { publishCommand } from './publish.ts'
import { startRegistry } from './registry.ts'

/** On every Linux and macOS; Debian's is 35 kB. */
export const TRUE_PROGRAM = '/bin/true'

export const TRUE_PLUGIN = 'true-plugin'

/** The command that runs it, after it ran once. */
export async function installedTrue(scope: Scope): Promise<Command> {
  const registry = await startRegistry(scope, { name: 'true-registry' })
  const folder = scope.path('true-project')
  await mkdir(join(folder, 'bin'), { recursive: true })
  await copyFile(TRUE_PROGRAM, join(folder, 'bin', thisPlatform()))
  await chmod(join(folder, 'bin', thisPlatform()), 0o755)
  await writeManifest(folder, { name: TRUE_PLUGIN, version: '1.0.0', platforms: [thisPlatform()] })
  await run(publishCommand(scope, registry, folder))
  const consumer = await openConsumer(scope, { name: 'true-consumer', registry, plugins: [TRUE_PLUGIN] })
  await run(consumer.octo(['install']))
  const { core: _everywhere, ...command } = consumer.octo(['run', TRUE_PLUGIN])
  await run(command)
  return command
}
