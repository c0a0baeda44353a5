// Joins what several jobs built of one release, each its own platforms, into one dist.
import { constants, copyFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { stagedPath } from '../../system/files/staged-file.ts'
import { checkDist } from './check-dist.ts'
import type { ReleaseDraft } from './release-file.ts'
import { readDraft, writeDraft } from './release-file.ts'

/** Throws STATE_CONFLICT where two dists are of different releases, or both hold a platform with different bytes. */
export async function mergeDists(out: string, dists: readonly string[]): Promise<ReleaseDraft> {
  const drafts = await Promise.all(dists.map(readDraft))
  const platforms: Record<Platform, ReleaseArtifact> = {}
  for (const [index, draft] of drafts.entries()) {
    const [dist = ''] = dists.slice(index)
    if (sameRelease(draft) !== sameRelease(drafts[0])) throw different(dists[0] ?? '', dist, 'other releases')
    for (const [platform, artifact] of Object.entries(draft.platforms) as [Platform, ReleaseArtifact][]) {
      const earlier = platforms[platform]
      if (earlier && earlier.digest !== artifact.digest) throw different(out, dist, `other bytes for \`${platform}\``)
      platforms[platform] = artifact
    }
  }
  const merged = { ...(drafts[0] as ReleaseDraft), platforms }
  makeFolder(out)
  for (const [index, draft] of drafts.entries())
    for (const { file } of Object.values(draft.platforms))
      await copyOver(join(dists[index] ?? '', file), join(out, file))
  await checkDist(out, merged)
  await writeDraft(out, merged)
  return merged
}

/** Over a link that a project brought in its place, never through it. */
async function copyOver(source: string, target: string): Promise<void> {
  const staged = stagedPath(dirname(target), `.${basename(target)}`)
  try {
    await copyFile(source, staged, constants.COPYFILE_EXCL)
    await rename(staged, target)
  } catch (error) {
    await rm(staged, { force: true })
    throw error
  }
}

function sameRelease(draft: ReleaseDraft | undefined): string {
  return stableJson({ ...draft, platforms: {} })
}

function different(one: string, other: string, what: string): Error {
  return coded('STATE_CONFLICT', {
    message: `${quote(one)} and ${quote(other)} hold ${what}, so they cannot be merged`,
    hint: 'build all platforms from the same commit',
  })
}
