// Are the artifacts in dist still the ones that release.json describes?
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { coded, throwDefect } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { readFileChunks } from '../../system/files/read-chunks.ts'
import { createDigestGate } from '../../trust/artifact/digest-gate.ts'
import type { Project } from '../project/read-project.ts'
import { changedWhileRead } from './changed-while-read.ts'
import type { ReleaseDraft } from './release-file.ts'

/** Reads every artifact; throws FILE_NOT_FOUND, SIZE_MISMATCH or DIGEST_MISMATCH. */
export async function checkDist(out: string, draft: ReleaseDraft): Promise<void> {
  for (const artifact of Object.values(draft.platforms)) await checkArtifact(out, artifact)
}

export async function distHolds(out: string, artifact: ReleaseArtifact): Promise<boolean> {
  try {
    await checkArtifact(out, artifact)
    return true
  } catch (error) {
    throwDefect(error)
    return false
  }
}

async function checkArtifact(out: string, artifact: ReleaseArtifact): Promise<void> {
  const path = join(out, artifact.file)
  const { size } = await stat(path).catch((error) => {
    throw coded('FILE_NOT_FOUND', {
      message: `artifact ${quote(path)} is missing`,
      hint: '`octo build` makes it again',
      cause: error,
    })
  })
  const gate = createDigestGate(artifact, artifact.file)
  for await (const chunk of readFileChunks(path, size, changedWhileRead)) gate.update(chunk)
  gate.finish()
}

/** Throws STATE_CONFLICT when plugin.yaml has changed since the build, FILE_NOT_FOUND when platforms are missing. */
export function requireCurrent({ manifest, released }: Project, draft: ReleaseDraft): void {
  const same = manifest.name === draft.plugin && manifest.version === draft.version
  if (!same || stableJson(released) !== stableJson(draft.manifest))
    throw coded('STATE_CONFLICT', {
      message: `what was built is not what plugin.yaml describes now, expected \`${manifest.name}@${manifest.version}\`, found \`${draft.plugin}@${draft.version}\`${same ? ' of an earlier plugin.yaml' : ''}`,
      hint: '`octo build` makes them again',
    })
  requireComplete(Object.keys(manifest.platforms), Object.keys(draft.platforms))
}

/** A version is sealed when it is published: a platform that is left out now can never be added. */
function requireComplete(wanted: readonly string[], found: readonly string[]): void {
  const missing = wanted.filter((platform) => !found.includes(platform))
  if (missing.length === 0) return
  throw coded('FILE_NOT_FOUND', {
    message: `not every platform of plugin.yaml was built, missing are ${missing.map((key) => `\`${key}\``).join(', ')}`,
    details: { expected: wanted, found },
    hint: `\`octo build ${missing.map((key) => `--platform ${key}`).join(' ')}\` makes what is missing`,
  })
}
