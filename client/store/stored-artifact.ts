// How an artifact lies in the store. Its key holds everything that decides what is found there, so that what one publisher
// says about bytes (another executable, runtime or platform) never changes what another's plugin finds.
import type { Digest } from '../../schemas/digest.ts'
import { digestOf, hexOf } from '../../schemas/digest.ts'
import { stableJson } from '../../schemas/json.ts'
import type { Platform } from '../../schemas/platform.ts'
import type { ReleaseArtifact } from '../../schemas/release-statement.ts'
import type { TreeKey } from './layout.ts'

export type StoredArtifact = {
  readonly key: TreeKey
  readonly digest: Digest
  readonly size: number
  readonly format: 'raw' | 'tar.gz'
  readonly executable: string
}

/** One file of an artifact, as the proven bytes have it. */
export type StoredFile = {
  readonly path: string
  readonly size: number
  readonly digest: Digest
  /** Where on the machine it loads code from. */
  readonly places?: readonly string[]
}

/** The files with what their inspection found. */
export function withPlaces(
  files: readonly StoredFile[],
  places: ReadonlyMap<string, readonly string[]>,
): readonly StoredFile[] {
  return files.map((file) => {
    const found = places.get(file.path)
    return found ? { ...file, places: found } : file
  })
}

const KEY_LENGTH = 32

/** The whole description is in the key: what is added to descriptions later decides, too. */
export function storedArtifact(artifact: ReleaseArtifact, platform: Platform): StoredArtifact {
  const { digest, size, format, executable } = artifact
  const said = hexOf(digestOf(stableJson({ artifact, platform })))
  const key = `${hexOf(digest)}-${format}-${said.slice(0, KEY_LENGTH)}` as TreeKey
  return { key, digest, size, format, executable }
}
