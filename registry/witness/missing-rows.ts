// Whether rows are missing of what was published: then bytes that no row names may be all that is left of it, and stay. The database
// alone cannot say so of itself where it is an older copy, or another one, so the end of the log that was noted beside it is asked, too.
import { coded } from '../../schemas/errors.ts'
import type { BlobStore } from '../blobs/store.ts'
import type { MetadataStore } from '../db/store.ts'
import type { RegistrySettings } from '../settings.ts'
import { findMissedHead } from './audit-head.ts'

type Deps = {
  readonly metadata: Pick<MetadataStore, 'audit' | 'upkeep'>
  readonly config: Pick<RegistrySettings, 'dataDir'>
}

type MissingRows = {
  /** A clause. */
  readonly what: string
  /** What to do where it is lost for good. */
  readonly whenLost?: string
}

/** Undefined when nothing is missing. */
export async function findMissingRows({ metadata, config }: Deps): Promise<MissingRows | undefined> {
  if (!(await metadata.upkeep.isEverythingHere()))
    return { what: 'the audit log names more published versions than there are' }
  const missed = await findMissedHead(metadata.audit, config.dataDir)
  if (!missed) return undefined
  return {
    what: `rows of the audit log may be missing (${missed.subject}: ${missed.message})`,
    whenLost: 'delete `audit-head.json` to accept that it is lost',
  }
}

/**
 * Of what the lost rows tell, nothing would count any more: who was revoked and what was hidden, which versions have which bytes, and
 * which serials were given. Throws DATA_DIR_CORRUPT.
 */
export async function requireWholeLog({ metadata, config }: Deps): Promise<void> {
  const missed = await findMissedHead(metadata.audit, config.dataDir)
  if (!missed) return
  throw coded('DATA_DIR_CORRUPT', {
    message: `the database is older than the registry was, or another one (${missed.subject}: ${missed.message})`,
    details: { ...missed },
    hint: `${metadata.upkeep.wayBack}, or restore a backup; delete \`audit-head.json\` to accept that what was published, revoked and hidden since is lost`,
  })
}

/** A database without a row has published nothing, so where there are bytes it is not theirs. Throws DATA_DIR_CORRUPT. */
export async function requireRowsForBlobs(
  { audit, upkeep }: Pick<MetadataStore, 'audit' | 'upkeep'>,
  blobs: Pick<BlobStore, 'list'>,
): Promise<void> {
  if (await audit.head()) return
  for await (const entry of blobs.list()) {
    if (typeof entry !== 'string') continue
    throw coded('DATA_DIR_CORRUPT', {
      message: 'the database of the registry is empty, and the bytes of what was published lie beside it',
      hint: `${upkeep.wayBack}; a new registry begins in an empty folder`,
    })
  }
}
