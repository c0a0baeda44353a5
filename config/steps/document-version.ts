// The version that stands in the address of a document, which other versions there are to step to, and the address of one of them.

import type { Version } from '../../schemas/version.ts'
import { compareVersions, isVersion, parseVersion } from '../../schemas/version.ts'

export type AddressVersion = {
  /** As it stands in the address: `v1.2.0`. */
  readonly tag: string
  readonly version: Version
}

/** The version of the last part of the path that is one as a whole; undefined where none is. */
export function versionInAddress(address: string): AddressVersion | undefined {
  const parts = new URL(address).pathname.split('/').map(decoded)
  const tag = parts.findLast((part) => versionOfTag(part) !== undefined)
  const version = tag === undefined ? undefined : versionOfTag(tag)
  return tag === undefined || version === undefined ? undefined : { tag, version }
}

/** `v1.2.3` and `1.2.3`; nothing for other tags. */
export function versionOfTag(tag: string): Version | undefined {
  const plain = tag.replace(/^v/, '')
  return isVersion(plain) ? plain : undefined
}

/** The same text with another version, in the last part of the path that is the old one and in what stands behind that. */
export function withVersion(text: string, from: AddressVersion, to: AddressVersion): string {
  // No digits of a host, of a query, or of folders before the version say which version it is.
  const [, host = '', path = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^?#]*)(.*)$/is.exec(text) ?? []
  const parts = path.split('/')
  const place = parts.lastIndexOf(from.tag)
  const number = new RegExp(
    `(?<![A-Za-z0-9.])(v?)${from.version.replace(/[.+]/g, '\\$&')}(?![0-9A-Za-z]|\\.\\d|${PRERELEASE})`,
    'g',
  )
  const changed = parts.map((part, index) => {
    if (index === place) return to.tag
    return index > place ? part.replace(number, (_, v: string) => `${v}${to.version}`) : part
  })
  return `${host}${changed.join('/')}${rest}`
}

/** What makes another version of the same three numbers. */
const PRERELEASE = '-(?:alpha|beta|dev|pre|rc|\\d)'

export type Steps = {
  /** The newest of the same major version, or of the next one that there is. */
  readonly next: Version
  readonly newest: Version
}

/** Undefined where there is nothing newer. Majors are taken one by one, as each may have to move the data of the one before. */
export function stepsFrom(current: Version, available: readonly string[]): Steps | undefined {
  const isStable = (version: string) => !version.includes('-')
  const newer = available
    .filter(isVersion)
    .filter((version) => isStable(version) || !isStable(current))
    .filter((version) => compareVersions(version, current) > 0)
    .sort(compareVersions)
  const newest = newer.at(-1)
  if (newest === undefined) return undefined
  const majors = newer.map(majorOf)
  const major = majors.includes(majorOf(current)) ? majorOf(current) : Math.min(...majors)
  return { next: parseVersion(newer.findLast((version) => majorOf(version) === major)), newest }
}

function majorOf(version: string): number {
  return Number(version.split('.')[0])
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
