// Which inputs a repeated run compares with what they were, and why there may be none to compare: then each run has to be proven
// in full.
import { readFileSync } from 'node:fs'
import type { OctoConfig } from '../../config/model/config.ts'
import { parseLockfile } from '../../schemas/lockfile.ts'
import { printable } from '../../schemas/quote.ts'
import type { VerifiedExecutable } from '../verified-executable.ts'
import type { WarmRecord, WarmRunKey } from './read.ts'

export type ProvenRun = {
  readonly key: WarmRunKey
  readonly config: OctoConfig
  readonly executable: VerifiedExecutable
  /** Something about the release has to be said on every run. */
  readonly isWarned: boolean
}

export type Inputs = WarmRecord['inputs']

/** `problem` ends a sentence that begins with the plugin; `hint` is what to do about it. */
type Compared = { readonly inputs: Inputs } | { readonly problem: string; readonly hint: string }

/** Inputs are kept whole; beyond this they cost more than what a warm run saves. */
const MAX_INPUT_LENGTH = 1024 * 1024

/**
 * None where the inputs cannot all be compared, where each run has to warn, or for what runs beside the locked version. The
 * config is compared as it was read: a key may have been revoked in it while this run installed what that key signed.
 */
export function comparedInputs({ key, config, executable, isWarned }: ProvenRun): Compared {
  if (executable.signer === 'unsigned')
    return none('comes unsigned', 'give its repo `keys` in the config, in place of `trust: unsigned`')
  if (isWarned)
    return none('has a warning for every run', `lock a version without one: \`octo update ${executable.plugin}\``)
  if (config.warnings.length > 0)
    return none(`runs by a config that warns: ${printable(config.warnings[0]?.message ?? '')}`, 'mend the config first')
  if (![key.configPath, ...config.files].every((file) => config.inputs?.has(file)))
    return none('runs by a config that is fetched', 'keep a copy of it on this machine and name that with `--config`')
  const lock = { path: key.lockPath, text: readFileSync(key.lockPath, 'latin1') }
  const read = [...(config.inputs ?? [])].map(([path, text]) => ({ path, text: Buffer.from(text).toString('latin1') }))
  const inputs = [...read, lock]
  // Templates read the environment, which is not compared.
  if (inputs.some(({ text }) => text.includes('{{')))
    return none('runs by a config with templates', 'write a config without `{{…}}`, and name it with `--config`')
  if (inputs.reduce((sum, { text }) => sum + text.length, 0) > MAX_INPUT_LENGTH)
    return none('runs by a config and a lockfile of more than 1 MiB', 'split the config into several')
  if (!holds(lock, executable))
    return none('runs in another version than the locked one', `run \`octo update ${executable.plugin}\` to lock it`)
  return { inputs }
}

function none(problem: string, hint: string): Compared {
  return { problem, hint }
}

/** Warm runs ask nobody, frozen ones included, so only what is locked by the very text that they compare may be one. */
function holds(lock: Inputs[number], { repo, plugin, version, signer }: VerifiedExecutable): boolean {
  const { plugins } = parseLockfile(Buffer.from(lock.text, 'latin1').toString(), lock.path)
  return Object.values(plugins).some(
    (entry) => entry.repo === repo && entry.plugin === plugin && entry.version === version && entry.signer === signer,
  )
}
