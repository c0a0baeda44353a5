// dist/release.json: what was built, before anyone signed it. The same fields that the signed predicate will have; the
// repo may still be open, as one build can go to several.

import { join } from 'node:path'
import type { z } from 'zod'
import { coded } from '../../schemas/errors.ts'
import { parseJsonBytes } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { releasePredicateShape } from '../../schemas/release-statement.ts'
import { parseShape } from '../../schemas/shape.ts'
import { ignoring } from '../../system/errno.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { readPlainFile } from '../../system/files/read-plain-file.ts'

export const RELEASE_FILE = 'release.json'

const draftShape = releasePredicateShape.partial({ repo: true })
export type ReleaseDraft = z.output<typeof draftShape>

/** Over a link that a project brought in its place, never through it. */
export async function writeDraft(out: string, draft: ReleaseDraft): Promise<void> {
  await replaceFile(join(out, RELEASE_FILE), `${JSON.stringify(draft, null, 2)}\n`)
}

/** Throws FILE_NOT_FOUND when nothing was built here. */
export async function readDraft(out: string): Promise<ReleaseDraft> {
  const draft = await findDraft(out)
  if (draft) return draft
  throw coded('FILE_NOT_FOUND', {
    message: `there is no ${quote(join(out, RELEASE_FILE))}, so nothing was built`,
    hint: '`octo build` writes it',
  })
}

/** The draft, or nothing when none was written; a damaged one throws. */
export async function findDraft(out: string): Promise<ReleaseDraft | undefined> {
  const path = join(out, RELEASE_FILE)
  try {
    const value = parseJsonBytes(readPlainFile(path, LIMITS.bundleBytes), path, LIMITS.bundleBytes)
    return parseShape(draftShape, value, { name: path })
  } catch (error) {
    return ignoring('ENOENT')(error)
  }
}

/** The repo that a flag or plugin.yaml named; throws USAGE when nobody did. */
export function chooseRepo(plugin: Name, repo: Name | undefined): Name {
  if (repo) return repo
  throw coded('USAGE', {
    message: `no repo is named for ${quote(plugin)}`,
    hint: 'pass `--repo NAME`, or write `repo: NAME` into plugin.yaml',
  })
}
