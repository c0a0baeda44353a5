// Which release a digest belongs to. Manifests and descriptors are rendered when they are asked for, so their digests are noted
// the first time somebody asks for one that is not known yet: each release once.
import { setImmediate } from 'node:timers/promises'
import type { Digest } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import { pluginName } from '../../schemas/release-name.ts'
import type { Version } from '../../schemas/version.ts'
import type { ReleaseKey } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'
import { renderRelease } from './release-component.ts'

type PluginKey = Pick<ReleaseKey, 'repo' | 'plugin'>
type Stores = Pick<MetadataStore, 'catalog' | 'ociDigests'>

const RENDERED_AT_ONCE = 20
const MAX_REMEMBERED = 10_000

export class ReleaseDigests {
  readonly #stores: Stores
  readonly #domain: string
  readonly #noting = new Map<string, Promise<void>>()
  /** The serial of a plugin when all of its digests were noted, so that guessing digests costs nothing. */
  readonly #noted = new Map<string, number>()

  constructor(stores: Stores, domain: string) {
    this.#stores = stores
    this.#domain = domain
  }

  /** The version whose manifest, config or descriptor has this digest. */
  async find(key: PluginKey, digest: Digest): Promise<Version | undefined> {
    const { ociDigests, catalog } = this.#stores
    const known = await ociDigests.find(key, digest)
    if (known !== undefined) return known
    const name = pluginName(key)
    const serial = (await catalog.plugin(key.repo, key.plugin))?.serial
    if (serial === undefined || this.#noted.get(name) === serial) return undefined
    await this.#noteAll(`${name} ${serial}`, key)
    this.#remember(name, serial)
    return ociDigests.find(key, digest)
  }

  #remember(name: string, serial: number): void {
    this.#noted.delete(name)
    const [oldest] = this.#noted.keys()
    if (oldest !== undefined && this.#noted.size >= MAX_REMEMBERED) this.#noted.delete(oldest)
    this.#noted.set(name, serial)
  }

  /** Everybody who asks at the same serial waits for the same work; what was published since is the next one's. */
  #noteAll(name: string, key: PluginKey): Promise<void> {
    const known = this.#noting.get(name)
    if (known) return known
    const noting = this.#noteUnknown(key).finally(() => this.#noting.delete(name))
    this.#noting.set(name, noting)
    return noting
  }

  async #noteUnknown(key: PluginKey): Promise<void> {
    const domain = this.#domain
    for (;;) {
      const versions = await this.#stores.ociDigests.unknown(key, { domain, limit: RENDERED_AT_ONCE })
      if (versions.length === 0) return
      const rendered = await Promise.all(versions.map((version) => this.#digestsOf({ ...key, version })))
      await this.#stores.ociDigests.note(key, { domain, digests: rendered.flat() })
      await setImmediate()
    }
  }

  async #digestsOf(key: ReleaseKey): Promise<{ digest: Digest; version: Version }[]> {
    const { repo, plugin, version } = key
    const release = await this.#stores.catalog.release(key)
    if (!release)
      throw coded('DATA_DIR_CORRUPT', { message: `version \`${repo}/${plugin}@${version}\` is not there any more` })
    return Object.values(renderRelease(this.#domain, release)).map(({ digest }) => ({ digest, version }))
  }
}
