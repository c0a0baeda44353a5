// Exact versions and ranges: a thin, strict layer over node-semver.

import { createRequire } from 'node:module'
import { coded } from './errors.ts'
import { LIMITS } from './limits.ts'
import { quote } from './quote.ts'

declare const versionBrand: unique symbol
/** An exact semantic version in its one normal form: no leading `v`, no spaces, no build metadata (it has no place in an order). */
export type Version = string & { readonly [versionBrand]: true }

const MAX_RANGE_LENGTH = 256
// Loaded on first use, and only the files needed: every command that pins no range starts without it.
const require = createRequire(import.meta.url)
type SemverFunctions = Pick<typeof import('semver'), 'valid' | 'compare' | 'satisfies' | 'validRange' | 'prerelease'>
let loaded: SemverFunctions | undefined
const semver = (): SemverFunctions => (loaded ??= require('semver') as SemverFunctions)

export function isVersion(text: unknown): text is Version {
  return typeof text === 'string' && text.length <= LIMITS.versionLength && semver().valid(text) === text
}

/** Reads a version as a registry stores it; throws VERSION_INVALID. */
export function parseVersion(text: unknown): Version {
  if (isVersion(text)) return text
  throw coded('VERSION_INVALID', { message: `expected an exact version such as \`1.2.3\`, found ${quote(text)}` })
}

/** Why this is no version, with what was found. */
export function problemOfVersion(found: unknown): string {
  if (found === undefined) return 'is missing, expected an exact version such as `"1.2.3"`'
  if (typeof found !== 'string')
    return `expected an exact version in quotes such as \`"1.2.3"\`, found the ${typeof found} ${quote(found)}`
  const expected = `expected an exact version such as \`1.2.3\`, found ${quote(found)}`
  const plain = found.replace(/^[vV=]\s*/, '')
  if (plain !== found && isVersion(plain)) return `${expected}: write ${quote(plain)}`
  const [before = ''] = plain.split('+')
  if (before !== plain && isVersion(before))
    return `${expected}: leave out ${quote(plain.slice(before.length))}, as build metadata has no place in an order`
  if (/^\d+(\.\d+)?$/.test(plain)) return `${expected}: three parts are needed, and quotes in YAML`
  return expected
}

/** Reads a version as people type it: a leading `v` is dropped. */
export function parseVersionInput(text: string): Version {
  return parseVersion(text.startsWith('v') ? text.slice(1) : text)
}

/** Reads a range of at most 256 characters; throws RANGE_INVALID. A leading `v` on an exact version is dropped. */
export function parseRange(text: string): string {
  if (text.length > MAX_RANGE_LENGTH)
    throw coded('RANGE_INVALID', {
      message: `version range of ${text.length} characters is too long, expected at most ${MAX_RANGE_LENGTH}`,
      details: { length: text.length, maxLength: MAX_RANGE_LENGTH },
    })
  if (isRange(text)) return text
  throw coded('RANGE_INVALID', {
    message: `expected a version range such as \`^1.2\` or \`>=1 <3\`, found ${quote(text)}`,
    hint: 'quote ranges in YAML, so that 1.10 stays 1.10',
  })
}

export function isRange(text: string): boolean {
  return text.length <= MAX_RANGE_LENGTH && semver().validRange(text) !== null
}

/** Pre-releases only where the range names one of the same version, or where asked for. */
export function satisfies(version: Version, range: string, includePrerelease = false): boolean {
  return semver().satisfies(version, range, { includePrerelease })
}

export function isPrerelease(version: Version): boolean {
  return semver().prerelease(version) !== null
}

/** Oldest first, by semantic version precedence. */
export function compareVersions(left: Version, right: Version): number {
  return compareCores(coreOf(left), coreOf(right)) || semver().compare(left, right)
}

export function isAtLeast(version: Version, minimum: Version): boolean {
  return compareVersions(version, minimum) >= 0
}

/** By semantic version precedence. */
export function newestFirst<Release extends { readonly version: Version }>(releases: readonly Release[]): Release[] {
  return releases
    .map((release) => ({ release, core: coreOf(release.version) }))
    .sort(
      (left, right) =>
        compareCores(right.core, left.core) || semver().compare(right.release.version, left.release.version),
    )
    .map(({ release }) => release)
}

type Core = readonly [major: number, minor: number, patch: number]

/** Comparing three numbers decides nearly always, and costs a fraction of parsing both versions each time. */
function coreOf(version: Version): Core {
  const dash = version.indexOf('-')
  const [major, minor, patch] = (dash < 0 ? version : version.slice(0, dash)).split('.', 3)
  return [Number(major), Number(minor), Number(patch)]
}

function compareCores(left: Core, right: Core): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2]
}
