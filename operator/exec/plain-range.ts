// The usual range, `>=22`, decided by three numbers: semver takes longer to load than all of a warm run.
const AT_LEAST = /^>=\s*(\d{1,5})(?:\.(\d{1,5}))?(?:\.(\d{1,5}))?$/

/** Whether the version fits, as semver says; undefined where that is left to semver: other ranges, pre-releases. */
export function fitsPlainRange(version: string, range: string): boolean | undefined {
  const wanted = AT_LEAST.exec(range.trim())
  if (!wanted || !/^\d+\.\d+\.\d+$/.test(version)) return undefined
  return isAtLeast(numbers(version.split('.')), numbers(wanted.slice(1)))
}

function isAtLeast(found: readonly number[], wanted: readonly number[]): boolean {
  const different = found.findIndex((number, index) => number !== wanted[index])
  return different < 0 || (found[different] ?? 0) > (wanted[different] ?? 0)
}

function numbers(parts: readonly (string | undefined)[]): number[] {
  return parts.map((part) => Number(part ?? 0))
}
