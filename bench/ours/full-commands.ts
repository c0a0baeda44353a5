// Commands that prove everything again, without a network: what they take is mostly what it takes to start octo.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../child.ts'
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { octo } from './octo.ts'
import { thirtyPlugins } from './thirty-plugins.ts'

/** `octo check` of one check, beside the config of a command that runs its plugin. */
export async function oneCheck(scope: Scope, { cwd = '', env = {} }: Command, tool: string): Promise<Command> {
  const folder = scope.path('one-check')
  await mkdir(folder)
  const config = await readFile(join(cwd, 'octo.yaml'), 'utf8')
  await writeFile(join(folder, 'octo.yaml'), `${config}  services: {web: {preflight: [{tool: ${tool}}]}}\n`)
  const check = octo(['check', '--offline'], { cwd: folder, env })
  await run(octo(['check'], { cwd: folder, env }))
  return check
}

/** `octo install --frozen` of thirty small plugins that are all there. */
export async function frozenInstall(scope: Scope): Promise<Command> {
  const consumer = await thirtyPlugins(scope, { count: 30, size: 1024 })
  await run(consumer.octo(['install']))
  const { core: _everywhere, ...command } = consumer.octo(['install', '--frozen'])
  return command
}
