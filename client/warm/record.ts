// Records what the whole path proved, for readWarmRun.
import { readFileSync } from 'node:fs'
import type { OctoConfig } from '../../config/model/config.ts'
import { parseLockfile } from '../../schemas/lockfile.ts'
import { shortHash } from '../../system/short-hash.ts'
import type { VerifiedExecutable } from '../api.ts'
import type { Layout } from '../store/layout.ts'
import type { StoredArtifact } from '../store/stored-artifact.ts'
import { writeOwnRecord } from '../store/write-own-record.ts'
import type { WarmRecord, WarmRunKey } from './read.ts'
import { identityOfRun } from './read.ts'

type WarmRun = {
  readonly key: WarmRunKey
  readonly config: OctoConfig
  readonly stored: StoredArtifact
  readonly executable: VerifiedExecutable
}

/** Inputs are kept whole; beyond this they cost more than what a warm run saves. */
const MAX_INPUT_LENGTH = 1024 * 1024

/**
 * Not where the inputs cannot all be compared, where each run has to warn, or for what runs beside the locked version. The
 * config is compared as it was read: a key may have been revoked in it while this run installed what that key signed.
 */
export function recordWarmRun(layout: Layout, { key, config, stored, executable }: WarmRun): void {
  if (executable.signer === 'unsigned' || config.warnings.length > 0) return
  if (![key.configPath, ...config.files].every((file) => config.inputs?.has(file))) return
  const lock = { path: key.lockPath, text: readFileSync(key.lockPath, 'latin1') }
  const inputs = [...(config.inputs ?? [])].map(([path, text]) => ({
    path,
    text: Buffer.from(text).toString('latin1'),
  }))
  inputs.push(lock)
  // Templates read the environment, which is not compared.
  if (inputs.some(({ text }) => text.includes('{{'))) return
  if (inputs.reduce((sum, { text }) => sum + text.length, 0) > MAX_INPUT_LENGTH) return
  if (!holds(lock, executable)) return
  const identity = identityOfRun(key)
  const record: WarmRecord = { identity, inputs, tree: stored.key, inner: stored.executable, executable }
  writeOwnRecord(layout, layout.warmRecord(shortHash(identity)), record)
}

/** Warm runs ask nobody, frozen ones included, so only what is locked by the very text that they compare may be one. */
function holds(lock: WarmRecord['inputs'][number], { repo, plugin, version, signer }: VerifiedExecutable): boolean {
  const { plugins } = parseLockfile(Buffer.from(lock.text, 'latin1').toString(), lock.path)
  return Object.values(plugins).some(
    (entry) => entry.repo === repo && entry.plugin === plugin && entry.version === version && entry.signer === signer,
  )
}
