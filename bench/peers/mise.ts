// mise, the quickest of the common tool runners to start: its published binary, with one tool linked in, nothing to fetch.
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from '../child.ts'
import { run } from '../child.ts'
import type { Scope } from '../scope.ts'
import { Missing } from '../scope.ts'
import { installPeer } from './install-peer.ts'

export const MISE_VERSION = '2026.9.15'

type ByMise = {
  /** Has mise run the program by name. */
  readonly exec: Command
  /** The file that mise puts on PATH for it. */
  readonly shim: Command
}

export async function runByMise(scope: Scope, program: string, name: string): Promise<ByMise> {
  const installed = await installPeer({ name: platformPackage(), version: MISE_VERSION })
  const home = scope.path('mise')
  const tool = join(home, 'tool', 'bin')
  await mkdir(tool, { recursive: true })
  await copyFile(program, join(tool, name))
  await chmod(join(tool, name), 0o755)
  const project = join(home, 'project')
  await mkdir(project)
  await writeFile(join(project, 'mise.toml'), '[tools]\nnode = "26.10.0"\n')
  const env = { HOME: home, MISE_OFFLINE: '1', MISE_TRUSTED_CONFIG_PATHS: project }
  const file = join(installed, 'bin', 'mise')
  await run({ file, args: ['link', 'node@26.10.0', join(home, 'tool')], cwd: project, env })
  await run({ file, args: ['reshim'], cwd: project, env })
  return {
    exec: { file, args: ['exec', '--', name], cwd: project, env },
    shim: { file: join(home, '.local/share/mise/shims', name), args: [], cwd: project, env },
  }
}

function platformPackage(): string {
  if (process.platform === 'win32') throw new Missing('mise is only compared on Linux and macOS')
  const system = process.platform === 'darwin' ? 'macos' : process.platform
  return `@jdxcode/mise-${system}-${process.arch}`
}
