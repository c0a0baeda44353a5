// How large a package may become: a dependency too many is seen by the build, and not by whoever has to download it.
import type { PackedFile } from './packed-file.ts'
import { sizeOf } from './packed-file.ts'

const MB = 1_000_000

/** Node alone takes 42 and 116 of the first; one with its symbols as much more as the second allows. */
const LIMITS = {
  stripped: { packed: 50 * MB, installed: 137 * MB },
  whole: { packed: 60 * MB, installed: 172 * MB },
} as const

export function installedBytes(files: readonly PackedFile[]): number {
  return files.reduce((sum, file) => sum + sizeOf(file), 0)
}

type Sizes = { readonly packed: number; readonly installed: number; readonly isStripped: boolean }

/** Throws for what is larger. */
export function requireSmall(name: string, { packed, installed, isStripped }: Sizes): void {
  const limits = LIMITS[isStripped ? 'stripped' : 'whole']
  const problems = (['packed', 'installed'] as const)
    .map((what) => ({ what, found: { packed, installed }[what], limit: limits[what] }))
    .filter(({ found, limit }) => found > limit)
    .map(({ what, found, limit }) => `${what} it takes ${found} bytes, expected at most ${limit}`)
  if (problems.length > 0) throw new Error(`\`${name}\` is too large: ${problems.join('; ')}`)
}
