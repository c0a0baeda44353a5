// What publishers were told: which versions were acknowledged and in which state, and what was on its way when the registry
// died. Compared with what the registry serves afterwards.
import assert from 'node:assert/strict'
import type { DocumentVersion } from '../../../schemas/plugin-document.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import { blobPath } from '../../../static-tree/paths.ts'
import type { ReleaseIdentity } from '../../../trust/release/verify-release.ts'
import type { SignedRelease } from '../builders/test-authority.ts'
import { proveAbsent, proveServed, readServedPlugin } from '../registry/served-release.ts'

type Flag = 'yanked' | 'deprecated' | 'quarantined'
export type Flags = { readonly [flag in Flag]?: string | undefined }

export type LedgerEntry = {
  readonly release: SignedRelease
  /** The registry said that it is published. */
  acknowledged: boolean
  /** As acknowledged. */
  flags: Flags
  /** As asked for, with no answer yet. */
  asked: Flags | undefined
  /** Changed, or perhaps changed, since it was last compared. */
  touched: boolean
}

export class PublishLedger {
  readonly #entries = new Map<string, Map<string, LedgerEntry>>()

  /** To be called before the first request is sent. */
  add(release: SignedRelease): LedgerEntry {
    const { plugin, version } = release.predicate
    const entry: LedgerEntry = { release, acknowledged: false, flags: {}, asked: undefined, touched: true }
    const versions = this.#entries.get(plugin) ?? new Map<string, LedgerEntry>()
    this.#entries.set(plugin, versions.set(version, entry))
    return entry
  }

  get entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()].flatMap((versions) => [...versions.values()])
  }

  get acknowledged(): number {
    return this.entries.filter(({ acknowledged }) => acknowledged).length
  }

  /** Fails unless the registry serves what was acknowledged and nothing half. `all`: also what was not touched lately. */
  async compare(url: string, key: TrustKey, { all = false } = {}): Promise<void> {
    for (const versions of this.#entries.values()) {
      const entries = [...versions.values()].filter(({ touched }) => all || touched)
      const [first] = entries
      if (!first) continue
      const document = await readServedPlugin(url, first.release.predicate)
      const shown = new Map(document?.versions.map((version) => [version.version as string, version]))
      for (const version of shown.keys()) assert.ok(versions.has(version), `nobody published ${version}`)
      for (const entry of entries) await compareEntry(entry, shown.get(entry.release.predicate.version), { url, key })
    }
  }
}

type Served = { readonly url: string; readonly key: TrustKey }

async function compareEntry(entry: LedgerEntry, shown: DocumentVersion | undefined, { url, key }: Served) {
  const { predicate } = entry.release
  const name = `${predicate.plugin}@${predicate.version}`
  assert.ok(shown || !entry.acknowledged, `${name} was acknowledged and is lost`)
  if (shown) {
    settleFlags(entry, shown, name)
    if (shown.state === 'quarantined') await proveWithheld(url, predicate, shown)
    else await proveServed(url, key, { release: predicate, shown })
  } else await proveAbsent(url, predicate)
  entry.touched = shown === undefined
}

/** What was asked for without an answer is all done or not at all; from here on it counts as what it is. */
function settleFlags(entry: LedgerEntry, shown: DocumentVersion, name: string): void {
  const found = flagsOf(shown)
  const allowed = [entry.flags, ...(entry.asked ? [entry.asked] : [])].map((flags) => JSON.stringify(visible(flags)))
  assert.ok(
    allowed.includes(JSON.stringify(found)),
    `${name} is ${JSON.stringify(found)}, acknowledged was ${allowed.join(' and then asked ')}`,
  )
  if (JSON.stringify(visible(entry.flags)) !== JSON.stringify(found)) entry.flags = entry.asked ?? entry.flags
  entry.asked = undefined
}

function flagsOf({ state, reason, deprecated }: DocumentVersion): Flags {
  return visible({ deprecated, ...(state === 'active' ? {} : { [state]: reason }) })
}

/** A document has one state; being quarantined hides being yanked. */
function visible({ yanked, deprecated, quarantined }: Flags): Flags {
  return {
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(quarantined !== undefined ? { quarantined } : yanked === undefined ? {} : { yanked }),
  }
}

async function proveWithheld(url: string, { repo, plugin, version }: ReleaseIdentity, shown: DocumentVersion) {
  const bundle = `repos/${repo}/${plugin}/${version}/release.sigstore.json`
  const blobs = Object.values(shown.platforms).map(({ digest }) => blobPath(digest))
  for (const path of [bundle, ...blobs]) {
    const answer = await fetch(`${url}/${path}`)
    await answer.body?.cancel()
    assert.ok(answer.status >= 400, `${path} of a quarantined version is served`)
  }
}
