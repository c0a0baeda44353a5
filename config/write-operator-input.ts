// Puts the input of an operator where the operator can read it and nobody else: it holds the secrets of the config.
import { join } from 'node:path'
import { writeWhole } from '../system/files/atomic-file.ts'
import type { OperatorInput } from './model/operator-input.ts'
import type { Project } from './project-folder.ts'
import { openProjectFolder } from './project-folder.ts'

/** Absolute path of `config.json`, 0600 in a folder of 0700; throws STATE_UNSAFE, NO_SPACE or IO_FAILED. */
export function writeOperatorInput(
  input: OperatorInput,
  project: Project,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const folder = openProjectFolder(project, env)
  const path = join(folder, 'config.json')
  writeWhole(path, JSON.stringify(input), { staging: folder, mode: 0o600 })
  return path
}
