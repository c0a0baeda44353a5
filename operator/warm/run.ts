// `octo run` of a plugin that ran before, while config, lockfile and files are as they were: the client remembers what it
// proved. Imports nothing but Node's own modules and our light ones; together they load in a few milliseconds.
import { resolve } from 'node:path'
import { defaultConfigPath, lockPathOf, readWarmRun, storeRootOf } from '../../client/index.ts'
import type { InteractiveDeps } from '../run/interactive.ts'
import { runInteractive } from '../run/interactive.ts'
import { readRunWords } from './options.ts'

/** The exit code, or undefined when the full path has to be taken. Throws nothing that the full path would not explain. */
export async function tryWarmRun(words: readonly string[], { cwd, env }: InteractiveDeps): Promise<number | undefined> {
  const plain = readRunWords(words)
  if (!plain || /^[a-z]+:/.test(plain.config ?? '')) return undefined
  const configPath = plain.config === undefined ? defaultConfigPath(cwd) : resolve(cwd, plain.config)
  if (configPath === undefined) return undefined
  const executable = readWarmRun({
    ...{ storeRoot: storeRootOf(env), configPath, request: plain.request },
    lockPath: lockPathOf(configPath, cwd),
  })
  if (!executable) return undefined
  return runInteractive(executable, plain.argv, { cwd, env })
}
