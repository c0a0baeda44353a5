// octo as a release has it: launcher and bundles with their compiled code, and no sources to compare them with.
import { copyFile, cp, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SOURCES } from '../../bin/bundle.js'
import type { Command } from '../child.ts'
import type { Scope } from '../scope.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** It lies where it lies in a checkout. */
const BESIDE = 'operator/exec/node-guard.cjs'

/** What makes of a command the same command by the launcher of a release. Throws where the bundle is not made. */
export async function openRelease(scope: Scope): Promise<(command: Command) => Command> {
  const folder = scope.path('release')
  for (const name of ['bin', 'dist']) await cp(join(ROOT, name), join(folder, name), { recursive: true })
  for (const list of Object.values(SOURCES)) await rm(join(folder, 'dist', list))
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'))
  await mkdir(join(folder, dirname(BESIDE)), { recursive: true })
  await copyFile(join(ROOT, BESIDE), join(folder, BESIDE))
  return ({ args: [, ...words], ...command }) => ({ ...command, args: [join(folder, 'bin/octo.js'), ...words] })
}
