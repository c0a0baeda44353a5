// The plugin of a plain `octo run`, proven before and unchanged since; nothing when the full path has to find it.

import { resolve } from 'node:path'
import type { VerifiedExecutable } from '../../client/index.ts'
import {
  defaultConfigPath,
  lockPathOf,
  problemOfFoundConfig,
  readWarmRun,
  sharedRootOf,
  storeRootOf,
} from '../../client/index.ts'
import { readRunWords } from './options.ts'

export type WarmPlace = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

type WarmRun = {
  readonly executable: VerifiedExecutable
  /** The plugin's own words. */
  readonly argv: readonly string[]
}

/** `words` stand behind `run`. Undefined when the full path has to be taken. */
export function findWarmRun(words: readonly string[], { cwd, env }: WarmPlace): WarmRun | undefined {
  const plain = readRunWords(words)
  if (!plain || /^[a-z]+:/.test(plain.config ?? '')) return undefined
  const configPath = plain.config === undefined ? defaultConfigPath(cwd) : resolve(cwd, plain.config)
  if (configPath === undefined) return undefined
  if (plain.config === undefined && problemOfFoundConfig(configPath, env)) return undefined
  const roots = { storeRoot: storeRootOf(env), sharedRoot: sharedRootOf(env) }
  const key = { ...roots, configPath, lockPath: lockPathOf(configPath, cwd) }
  const executable = readWarmRun({ ...key, request: plain.request })
  return executable && { executable, argv: plain.argv }
}
