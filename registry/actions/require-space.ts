// Free space is promised once: what open sessions may still upload is not given to another, and a rest stays for the
// database, so that no publisher can bring the registry to a stop by filling its disk.
import { statfs } from 'node:fs/promises'
import type { OpenSessionRequest } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { findLiveBlob } from '../db/blobs.ts'
import { sumPromised } from '../db/sessions.ts'
import type { RegistryServices } from '../services.ts'
import { promisedBlobs } from './release-limits.ts'

const MAX_RESERVE_BYTES = 64 * 1024 * 1024
const RESERVED_SHARE = 1 / 50

/** Throws NO_SPACE. What arrived already of other sessions counts twice: near a full disk, refusing early is the point. */
export async function requireSpace(
  { config, db, clock }: RegistryServices,
  request: OpenSessionRequest,
): Promise<void> {
  const missing = promisedBlobs(request).filter(({ digest }) => !findLiveBlob(db, digest))
  const needed = missing.reduce((sum, { size }) => sum + size, 0)
  if (needed === 0) return
  const { bavail, bsize, blocks } = await statfs(config.dataDir)
  const reserved = Math.min(MAX_RESERVE_BYTES, blocks * bsize * RESERVED_SHARE) + sumPromised(db, clock())
  const available = Math.max(0, Math.floor(bavail * bsize - reserved))
  if (needed <= available) return
  throw coded('NO_SPACE', {
    message: `the registry has no room for ${needed} bytes, expected at most ${available}`,
    details: { needed, available },
    hint: 'try again when other publishers have finished; the registry’s owner can run `octo registry gc --data DIR`',
  })
}
