// Whether this Node is new enough for a plugin. The usual `>=22` is decided without loading semver, which costs more time
// than everything else that a warm run does.
import { createRequire } from 'node:module'

const AT_LEAST = /^>=\s*(\d{1,5})(?:\.(\d{1,5}))?(?:\.(\d{1,5}))?$/

export function runtimeSatisfies(version: string, range: string): boolean {
  const plain = AT_LEAST.exec(range.trim())
  if (plain && /^\d+\.\d+\.\d+$/.test(version)) return isAtLeast(numbers(version.split('.')), numbers(plain.slice(1)))
  const { satisfies } = createRequire(import.meta.url)('semver') as typeof import('semver')
  return satisfies(version, range)
}

function isAtLeast(found: readonly number[], wanted: readonly number[]): boolean {
  const different = found.findIndex((number, index) => number !== wanted[index])
  return different < 0 || (found[different] ?? 0) > (wanted[different] ?? 0)
}

function numbers(parts: readonly (string | undefined)[]): number[] {
  return parts.map((part) => Number(part ?? 0))
}
