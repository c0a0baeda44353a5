// Compares the audit log with itself and with the versions that it is about. Each is the other's witness: a row that was cut from
// either is missed by the other, so that absence is found as well as change.
import { isDeepStrictEqual } from 'node:util'
import type { VersionAction } from '../../schemas/api.ts'
import { releaseName } from '../../schemas/release-name.ts'
import type { RegistryDeps } from '../context.ts'
import { continuesChain } from '../db/audit-chain.ts'
import type { AuditHead, AuditRecord, Release, VersionFlags } from '../db/records.ts'
import type { AuditStore } from '../db/store.ts'
import { STATE_RULES } from '../states/change-state.ts'
import { findMissedHead } from '../witness/audit-head.ts'

export type Finding = { readonly subject: string; readonly message: string }

/** What the log says of one version. */
type Told = {
  readonly published: Published
  readonly flags: VersionFlags
}

type Published = {
  readonly bundle: unknown
  readonly signer: unknown
  readonly serial: unknown
  readonly actor: string
  readonly at: number
}

type AuditStory = {
  /** Finding about one version, or undefined when the log tells the same. Each version is asked about once. */
  compare(version: Release): Finding | undefined
  /** What the log tells of, and nobody asked about. */
  untold(): Finding[]
}

const NO_FLAGS: VersionFlags = { yanked: null, quarantined: null, deprecated: null }

/** The chain itself: unbroken from its beginning to the end that was noted beside the database. */
export async function checkChain({ metadata, config }: RegistryDeps): Promise<Finding[]> {
  const broken = await findAuditBreak(metadata.audit)
  if (broken !== undefined) return [{ subject: `row ${broken}`, message: 'the audit log was changed here' }]
  const missed = await findMissedHead(metadata.audit, config.dataDir)
  return missed ? [missed] : []
}

/** Id of the first record that does not continue the chain, or undefined when all do. */
// allow(dead-export): the test asks where a chain breaks, without the rest of a check
export async function findAuditBreak(audit: AuditStore): Promise<number | undefined> {
  let before: AuditHead | undefined
  for await (const record of audit.walk()) {
    if (!continuesChain(record, before)) return record.id
    before = record
  }
  return undefined
}

/** Reads what the log says of versions. */
export async function readStory({ metadata }: RegistryDeps): Promise<AuditStory> {
  const told = new Map<string, Told>()
  for await (const record of metadata.audit.walk()) tell(told, record)
  return {
    compare(version) {
      const subject = releaseName(version)
      const known = told.get(subject)
      told.delete(subject)
      if (!known) return { subject, message: 'the audit log does not know that it was published' }
      if (!isDeepStrictEqual(known.published, publishedOf(version))) return { subject, message: OTHER }
      const isSame = (Object.keys(NO_FLAGS) as (keyof VersionFlags)[]).every(
        (flag) => known.flags[flag] === version[flag],
      )
      return isSame ? undefined : { subject, message: 'the audit log says that it is in another state' }
    },
    untold: () =>
      [...told.keys()].map((subject) => ({ subject, message: 'it was published, and its row is not there any more' })),
  }
}

const OTHER = 'the audit log says that something else was published, by somebody else or at another time'

function publishedOf({ bundleDigest, signer, serial, publishedBy, publishedAt }: Release): Published {
  return { bundle: bundleDigest, signer, serial, actor: publishedBy, at: publishedAt }
}

function tell(told: Map<string, Told>, { action, actor, subject, details, at }: AuditRecord): void {
  const { bundle, signer, serial } = details
  if (action === 'publish') told.set(subject, { published: { bundle, signer, serial, actor, at }, flags: NO_FLAGS })
  if (!Object.hasOwn(STATE_RULES, action)) return
  const { flag, set } = STATE_RULES[action as VersionAction]
  const known = told.get(subject)
  if (known) told.set(subject, { ...known, flags: { ...known.flags, [flag]: set ? String(details.reason) : null } })
}
