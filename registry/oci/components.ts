// Which component version a tag or a digest stands for: a release, or the list of a repo's plugins as it is now.
import type { Digest } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { releaseName } from '../../schemas/release-name.ts'
import type { Version } from '../../schemas/version.ts'
import { isVersion } from '../../schemas/version.ts'
import { repoNotFound } from '../auth/hidden-repo.ts'
import type { Release } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import type { OciRepository } from './address.ts'
import type { RenderedComponent } from './component-version.ts'
import { PluginLists } from './plugin-list.ts'
import { renderRelease } from './release-component.ts'
import { ReleaseDigests } from './release-digests.ts'

export type FoundComponent = {
  readonly tag: string
  readonly rendered: RenderedComponent
  /** What whoever fetches it should be told. */
  readonly warning?: string | undefined
}

type TagPage = { readonly after?: string | undefined; readonly limit: number }

export class Components {
  readonly #metadata: MetadataStore
  readonly #domain: string
  readonly #lists: PluginLists
  readonly #digests: ReleaseDigests

  constructor(metadata: MetadataStore, domain: string) {
    this.#metadata = metadata
    this.#domain = domain
    this.#lists = new PluginLists(metadata.catalog, { domain })
    this.#digests = new ReleaseDigests(metadata, domain)
  }

  /** Throws REPO_NOT_FOUND or PLUGIN_NOT_FOUND. */
  async require({ repo, plugin }: OciRepository): Promise<void> {
    if (!(await this.#metadata.repos.exists(repo))) throw repoNotFound(repo)
    if (plugin !== undefined && !(await this.#metadata.catalog.plugin(repo, plugin)))
      throw coded('PLUGIN_NOT_FOUND', {
        message: `repo \`${repo}\` offers no plugin \`${plugin}\``,
        details: { plugin },
      })
  }

  /** Versions that new installs may choose: what was yanked is kept for those who know its tag. */
  async tags(at: OciRepository, { after, limit }: TagPage): Promise<readonly string[]> {
    await this.require(at)
    const { repo, plugin } = at
    if (plugin !== undefined) return this.#metadata.catalog.activeVersions(repo, plugin, { limit, after })
    const { version } = await this.#lists.render(repo)
    return (after === undefined || version > after ? [version] : []).slice(0, limit)
  }

  /** Throws REPO_NOT_FOUND, PLUGIN_NOT_FOUND, VERSION_NOT_FOUND or VERSION_QUARANTINED. */
  async byTag(at: OciRepository, tag: string): Promise<FoundComponent> {
    const found = at.plugin === undefined ? await this.#list(at, tag) : await this.#release(at, tag)
    if (found) return found
    await this.require(at)
    throw coded('VERSION_NOT_FOUND', { message: `${quote(at.name)} has no version ${quote(tag)}`, details: { tag } })
  }

  /** The component version with a manifest, config or descriptor of this digest. Throws VERSION_QUARANTINED. */
  async byDigest(at: OciRepository, digest: Digest): Promise<FoundComponent | undefined> {
    const { repo, plugin } = at
    if (plugin === undefined) {
      await this.require(at)
      const { version, rendered } = await this.#lists.render(repo)
      return Object.values(rendered).some((part) => part.digest === digest) ? { tag: version, rendered } : undefined
    }
    const version = await this.#digests.find({ repo, plugin }, digest)
    return version && this.#release(at, version)
  }

  /** Only as it is now: whoever names another version should leave it out. */
  async #list(at: OciRepository, tag: string): Promise<FoundComponent> {
    await this.require(at)
    const { version, rendered } = await this.#lists.render(at.repo)
    if (version === tag) return { tag, rendered }
    throw coded('VERSION_NOT_FOUND', {
      message: `the list of the plugins of \`${at.repo}\` is kept in its newest version \`${version}\`, found ${quote(tag)}`,
      details: { tag, version },
      hint: 'name it without a version',
    })
  }

  async #release({ repo, plugin }: OciRepository, tag: string): Promise<FoundComponent | undefined> {
    if (plugin === undefined || !isVersion(tag)) return undefined
    const release = await this.#metadata.catalog.release({ repo, plugin, version: tag })
    if (!release) return undefined
    if (release.quarantined !== null) throw quarantined(release, release.quarantined)
    return { tag, rendered: renderRelease(this.#domain, release), warning: warningOf(release) }
  }
}

function quarantined(
  { repo, plugin, version }: Pick<Release, 'repo' | 'plugin'> & { version: Version },
  reason: string,
) {
  const subject = releaseName({ repo, plugin, version })
  return coded('VERSION_QUARANTINED', {
    message: `${quote(subject)} is quarantined: ${quote(reason)}`,
    details: { subject, reason },
    hint: 'choose another version',
  })
}

function warningOf({ repo, plugin, version, yanked, deprecated }: Release): string | undefined {
  const notes = [
    ...(yanked === null ? [] : [`was withdrawn from new installs: ${yanked}`]),
    ...(deprecated === null ? [] : [`is deprecated: ${deprecated}`]),
  ]
  return notes.length === 0 ? undefined : `${repo}/${plugin}@${version} ${notes.join(', and ')}`
}
