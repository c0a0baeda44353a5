// Puts the input of an operator where the operator can read it and nobody else: it holds the secrets of the config.
import { join } from 'node:path'
import { writeWhole } from '../system/files/atomic-file.ts'
import type { OperatorInput } from './model/operator-input.ts'

/** Absolute path of `config.json`, 0600 in the folder, which is its user's alone; throws NO_SPACE or IO_FAILED. */
export function writeOperatorInput(input: OperatorInput, folder: string): string {
  const path = join(folder, 'config.json')
  writeWhole(path, JSON.stringify(input), { staging: folder, mode: 0o600 })
  return path
}
