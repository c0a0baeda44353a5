// The documents of the web that a config follows by their versions, and what each of them can be stepped to.
import { quote } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import type { Version } from '../../schemas/version.ts'
import { invalid } from '../document/invalid.ts'
import type { ScalarNode } from '../document/node.ts'
import type { FetchText } from '../include/fetched-text.ts'
import type { FoundInclude } from '../include/web-includes.ts'
import type { AddressVersion, Steps } from './document-version.ts'
import { stepsFrom, versionInAddress, withVersion } from './document-version.ts'
import type { AddressEdit } from './edit-addresses.ts'
import { listVersions } from './list-versions.ts'

export type Outdated = FoundInclude & {
  readonly current: AddressVersion
  /** Absent where there is nothing newer. */
  readonly steps?: Steps
  readonly next?: AddressVersion
}

/** Throws CONFIG_INVALID for an address without a version, and what listVersions throws. */
export async function readOutdated(found: readonly FoundInclude[], fetchText: FetchText): Promise<readonly Outdated[]> {
  const rows: Outdated[] = []
  for (const one of found) {
    const { include, address } = one
    if (!include.versions) continue
    const current = versionInAddress(address.name)
    if (!current)
      throw invalid(include.node, `\`versions\` needs an address that holds a version, such as \`…/v1.2.0/…\``)
    const available = await listVersions({ address: address.name, current, source: include.versions, fetchText })
    const steps = stepsFrom(
      current.version,
      available.map(({ version }) => version),
    )
    const next = steps && available.find(({ version }) => version === steps.next)
    rows.push({ ...one, current, ...(steps && next ? { steps, next } : {}) })
  }
  return rows
}

/** What has to be written for the next step: the address, and those of its signatures where they hold the version too. */
export function editsFor({ include, current, next }: Outdated): readonly AddressEdit[] {
  if (!next) return []
  return [include.node, ...include.signatureNodes].flatMap((node) => {
    const from = String((node as ScalarNode).value)
    const to = withVersion(from, current, next)
    if (node === include.node && versionInAddress(to)?.version !== next.version)
      throw invalid(node, `the version of this address cannot be changed to ${quote(next.version)} by octo`, {
        hint: 'write the version as a part of the path that stands between slashes',
      })
    return to === from ? [] : [{ node, from, to }]
  })
}

export function shownStep({ address, current, next, steps }: Outdated) {
  return {
    document: shownAddress(address.name),
    current: current.version,
    ...(next ? { next: next.version } : {}),
    ...(steps ? { newest: steps.newest } : {}),
  } satisfies { document: string; current: Version; next?: Version; newest?: Version }
}
