// Which platforms of a version are not the same in two places: as it was published, and as somebody has it now.
import type { ReleaseArtifact } from './release-statement.ts'

type Artifact = Pick<ReleaseArtifact, 'file' | 'digest' | 'size'>
type Platforms<Of> = Readonly<Record<string, Of>>

/** One platform; a side that does not have it is undefined. */
export type Difference<Of extends Artifact = Artifact> = {
  readonly platform: string
  readonly published: Of | undefined
  readonly found: Of | undefined
}

/** Sorted by platform. `isSame` is asked where both sides have one. */
export function differingPlatforms<Of extends Artifact>(
  published: Platforms<Of>,
  found: Platforms<Of>,
  isSame: (published: Of, found: Of) => boolean = isSameFile,
): Difference<Of>[] {
  const [before, now] = [new Map(Object.entries(published)), new Map(Object.entries(found))]
  return [...new Set([...before.keys(), ...now.keys()])]
    .sort()
    .map((platform) => ({ platform, published: before.get(platform), found: now.get(platform) }))
    .filter((each) => !each.published || !each.found || !isSame(each.published, each.found))
}

/** The same bytes under the same name. */
function isSameFile(published: Artifact, found: Artifact): boolean {
  return published.digest === found.digest && published.file === found.file && published.size === found.size
}

/** e.g. `linux_amd64: expected sha256:2c26…, found nothing`; names and sizes where the bytes are the same. */
export function showDifference({ platform, published, found }: Difference): string {
  const isNamed = published?.digest === found?.digest
  const shown = (side?: Artifact) => {
    if (!side) return 'nothing'
    return isNamed ? `${side.file} of ${side.size} bytes` : side.digest
  }
  return `${platform}: expected ${shown(published)}, found ${shown(found)}`
}
