// Is what lies in the store the artifact of a proven release? Answered from the blob, whose digest the statement names, with
// every check that a new download passes: nothing that the store says about itself is believed.
import { createHash } from 'node:crypto'
import { digestFromHex } from '../../schemas/digest.ts'
import { isCoded } from '../../schemas/errors.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import { readPieces } from '../../system/files/read-pieces.ts'
import { inspectArtifact } from '../../trust/artifact/inspect-artifact.ts'
import type { Health } from '../store/check.ts'
import { compareTree } from '../store/check.ts'
import { statOf } from '../store/identity.ts'
import type { Layout } from '../store/layout.ts'
import { rememberedFiles } from '../store/memo.ts'
import type { StoredFile } from '../store/stored-artifact.ts'
import { storedArtifact, withPlaces } from '../store/stored-artifact.ts'

export type WantedArtifact = {
  readonly artifact: ReleaseArtifact
  readonly platform: Platform
  /** For repos with `trust: unsigned`. */
  readonly lenient?: boolean
}

type StoredHealth = {
  readonly health: Health
  /** The proven files; undefined when the blob is not there or not whole. */
  readonly files?: readonly StoredFile[]
}

/** Throws what trust/ throws about bytes that are the promised ones and may not be run. */
export async function proveStored(wanted: WantedArtifact, layout: Layout): Promise<StoredHealth> {
  const stored = storedArtifact(wanted.artifact, wanted.platform)
  const remembered = rememberedFiles(layout, stored)
  if (remembered) return { health: { state: 'good' }, files: remembered }
  const files = await filesOfBlob(wanted, layout)
  if (files) return { health: compareTree(layout, stored, files), files }
  const isThere = statOf(layout.tree(stored.key)) !== undefined || statOf(layout.blob(stored.digest)) !== undefined
  return {
    health: isThere ? { state: 'corrupt', problem: 'its stored bytes are damaged or gone' } : { state: 'absent' },
  }
}

/** The bytes are not the promised ones. */
export function isDamage(error: unknown): boolean {
  return isCoded(error, 'DIGEST_MISMATCH') || isCoded(error, 'SIZE_MISMATCH')
}

async function filesOfBlob(wanted: WantedArtifact, layout: Layout): Promise<readonly StoredFile[] | undefined> {
  const path = layout.blob(wanted.artifact.digest)
  if (!statOf(path)?.isFile()) return undefined
  const files: StoredFile[] = []
  try {
    const { places } = await inspectArtifact({
      ...wanted,
      chunks: readPieces(path),
      onFile: async (file, chunks) => void files.push({ path: file.path, ...(await measured(chunks)) }),
    })
    return withPlaces(files, places)
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

async function measured(chunks: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, digest: digestFromHex(hash.digest('hex')) }
}
