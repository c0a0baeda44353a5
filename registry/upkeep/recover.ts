// Tidies what the last process left behind, and during a run what clients left behind. The tree recovers itself when opened.
import { DAY_MS } from '../../schemas/duration.ts'
import { coded } from '../../schemas/errors.ts'
import type { RegistryDeps } from '../context.ts'
import type { UploadArea } from '../uploads/upload-area.ts'

const FORGET_AFTER_MS = DAY_MS

/** Throws DATA_DIR_CORRUPT. */
export async function checkDatabase({ metadata, logger }: RegistryDeps): Promise<void> {
  const check = await metadata.upkeep.quickCheck()
  if (check.state === 'too-large')
    logger.warn(
      { pages: check.pages },
      'the database is large, so its check at the start is left to `octo registry fsck`',
    )
  if (check.state === 'damaged')
    throw coded('DATA_DIR_CORRUPT', {
      message: 'the registry database is damaged',
      details: { found: check.found },
      hint: (data) => `\`octo registry fsck --data ${data}\` says what is damaged; then restore a backup`,
    })
}

/** Ends sessions nobody uses, forgets old ones, and removes the parts of all that are not open. */
export async function sweepSessions(
  { metadata, clock, config, logger }: RegistryDeps,
  uploads: UploadArea,
): Promise<void> {
  const now = clock()
  // A day beyond the longest lease, as clocks are set back a little all the time.
  const latest = now + config.times.leaseMs + DAY_MS
  const closed = await metadata.publishing.sweep({ now, latest, forgetBefore: now - FORGET_AFTER_MS })
  if (closed.length > 0) logger.info({ sessions: closed.length }, 'expired publishing sessions were closed')
  // In this order: a session that opens in between has no folder in the list yet.
  const folders = await uploads.list()
  const open = new Set(await metadata.publishing.listOpen())
  for (const id of folders) if (!open.has(id)) await uploads.remove(id)
}
