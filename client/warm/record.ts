// Records what the whole path proved, for readWarmRun.
import { shortHash } from '../../system/short-hash.ts'
import type { Layout } from '../store/layout.ts'
import type { StoredArtifact } from '../store/stored-artifact.ts'
import { writeOwnRecord } from '../store/write-own-record.ts'
import type { ProvenRun } from './compared.ts'
import { comparedInputs } from './compared.ts'
import type { WarmRecord } from './read.ts'
import { identityOfRun } from './read.ts'

/** Not where each run has to be proven in full: see comparedInputs. */
export function recordWarmRun(layout: Layout, run: ProvenRun & { readonly stored: StoredArtifact }): void {
  const compared = comparedInputs(run)
  if ('problem' in compared) return
  const { key, stored, executable } = run
  const identity = identityOfRun(key)
  const record: WarmRecord = {
    identity,
    inputs: compared.inputs,
    tree: stored.key,
    inner: stored.executable,
    executable,
    ...(layout.sharedRoot === undefined ? {} : { sharedRoot: layout.sharedRoot }),
  }
  writeOwnRecord(layout, layout.warmRecord(shortHash(identity)), record)
}
