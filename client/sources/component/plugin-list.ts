// The list of a plugin registry of OCM: a component version that refers to each version of each plugin. It says which component a name
// means, so that it has to be proven itself before any of it counts; and an older one than was seen before is refused, where the config
// does not name its version.
import { newestVersion, readComponentVersion } from '../../../oci/read-component.ts'
import { isComponentName, pluginNameIn } from '../../../schemas/component/address.ts'
import type { Descriptor, OcmDigest, OcmReference } from '../../../schemas/component/descriptor.ts'
import { normalised } from '../../../schemas/component/normalised.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf, hexOf } from '../../../schemas/digest.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import type { Name } from '../../../schemas/name.ts'
import { isName } from '../../../schemas/name.ts'
import { printable, quote } from '../../../schemas/quote.ts'
import type { Version } from '../../../schemas/version.ts'
import { compareVersions, isVersion } from '../../../schemas/version.ts'
import type { ComponentProof } from '../../../trust/component/prove-component.ts'
import { proveComponent } from '../../../trust/component/prove-component.ts'
import type { ClientContext } from '../../context.ts'
import type { Network } from '../../network.ts'
import { noteProven } from '../../store/proven.ts'
import { noteSeenVersion, readSeenVersion } from '../../store/seen.ts'
import type { ComponentRepo } from './component-repo.ts'
import { addressOf } from './component-repo.ts'

export type ListedVersion = {
  readonly version: Version
  /** As OCM writes it. */
  readonly text: string
  readonly component: string
  /** Of the normalised descriptor; many lists say none. */
  readonly digest: OcmDigest | undefined
  readonly description: string
}

export type PluginList = {
  readonly version: string
  readonly blob: { readonly digest: Digest; readonly bytes: Buffer }
  readonly proof: ComponentProof
  /** In the order of the list. */
  readonly plugins: ReadonlyMap<Name, readonly ListedVersion[]>
}

/** Each list is read once by a client for each of its repos, by name: two of one address need not trust the same. */
const known = new WeakMap<Network, Map<string, Promise<PluginList>>>()

/** Throws REPO_NOT_FOUND, INDEX_ROLLBACK, OFFLINE, and what reading and proving throw. */
export function readPluginList(repo: ComponentRepo, context: ClientContext): Promise<PluginList> {
  const lists = known.get(context.network) ?? new Map<string, Promise<PluginList>>()
  known.set(context.network, lists)
  const list = lists.get(repo.name) ?? readOnce(repo, context)
  lists.set(repo.name, list)
  return list
}

async function readOnce(repo: ComponentRepo, context: ClientContext): Promise<PluginList> {
  const address = addressOf(repo)
  const repository = await context.network.component(address)
  const version = address.version ?? (await newestVersion(repository, address).catch(noRepo(repo)))
  refuseOlder(repo, { seen: readSeenVersion(context.layout, repo.url), found: version }, context)
  const { descriptor, blob } = await readComponentVersion(repository, { ...address, version })
  const proof = proveComponent({ descriptor, trust: repo.trust, at: () => context.now() })
  const { layout } = context
  if (proof.signer !== 'pinned') noteProven(layout, { bundle: blob.digest, signer: proof.signer })
  if (address.version === undefined) noteSeenVersion(layout, repo.url, version)
  const plugins = pluginsIn(descriptor)
  if (plugins.size === 0 && descriptor.component.resources?.some(({ type }) => type === 'ocmPlugin'))
    throw coded('REPO_NOT_FOUND', {
      message: `${quote(address.component)} is a plugin whose name octo does not take, in repo ${quote(repo.name)}`,
      details: { repo: repo.name, url: repo.url },
      hint: `name a registry that lists it by another one; \`octo import ${repo.url}\` makes a project of the plugin alone`,
    })
  return { version, blob, proof, plugins }
}

/**
 * The plugins that a list refers to; names and versions that octo does not have are passed over. A component that is a plugin itself
 * is its own list.
 */
export function pluginsIn(descriptor: Descriptor): ReadonlyMap<Name, readonly ListedVersion[]> {
  const { component } = descriptor
  const plugins = new Map<Name, ListedVersion[]>()
  const own = ownIn(descriptor)
  if (own) plugins.set(own.plugin, [own.listed])
  for (const reference of component.componentReferences ?? []) {
    const plugin = reference.name.replace(/^n_/, '')
    const listed = listedIn(reference)
    if (!isName(plugin) || !listed) continue
    const versions = plugins.get(plugin) ?? []
    plugins.set(plugin, versions)
    if (!versions.some(({ version }) => version === listed.version)) versions.push(listed)
  }
  return plugins
}

/** Undefined for a list, and for a plugin whose name or version octo does not have. */
function ownIn(descriptor: Descriptor) {
  const { component } = descriptor
  const { name, version: text, resources, componentReferences } = component
  const isPlugin = resources?.some(({ type }) => type === 'ocmPlugin') === true
  if (!isPlugin || (componentReferences ?? []).length > 0) return undefined
  const plugin = pluginNameIn(name)
  const version = text.replace(/^v/, '')
  if (!isName(plugin) || !isVersion(version)) return undefined
  // Whatever proves the one proves the other, which is the same.
  const value = hexOf(digestOf(normalised(descriptor)))
  const digest: OcmDigest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'jsonNormalisation/v4alpha1', value }
  const listed: ListedVersion = { version, text, component: name, digest, description: `OCM plugin of ${name}` }
  return { plugin, listed }
}

const INFO = 'ocm.software/pluginInfo'

function listedIn({ componentName, version: text, labels, digest }: OcmReference): ListedVersion | undefined {
  const version = text.replace(/^v/, '')
  if (!isVersion(version) || !isComponentName(componentName)) return undefined
  const info = labels?.find(({ name }) => name === INFO)?.value as { description?: unknown } | null | undefined
  const description = typeof info?.description === 'string' ? printable(info.description, 500) : ''
  return {
    version,
    text,
    component: componentName,
    digest: digest && digest.value !== '' ? digest : undefined,
    description: description || `OCM plugin of ${componentName}`,
  }
}

/** Of lists that come by their newest version: whoever serves yesterday's hides what changed since. Throws INDEX_ROLLBACK. */
export function refuseOlder(
  { name }: ComponentRepo,
  { seen, found }: { readonly seen: string | undefined; readonly found: string },
  { accept }: Pick<ClientContext, 'accept'>,
): void {
  const [before, now] = [seen, found].map(comparable)
  if (accept.serial || !before || (now && compareVersions(now, before) >= 0)) return
  throw coded('INDEX_ROLLBACK', {
    message: `the list of plugins of repo ${quote(name)} is older than the one last seen, expected version ${quote(before)} or newer, found ${quote(found)}`,
    details: { repo: name, expected: before, found },
    hint: 'a mirror may be stale, or somebody hides a change: ask the registry’s owner; `octo update --accept-serial` accepts it',
  })
}

function comparable(text: string | undefined): Version | undefined {
  const version = text?.replace(/^v/, '').replace(/\+.*$/, '')
  return isVersion(version) ? version : undefined
}

function noRepo({ name, url }: ComponentRepo) {
  return (error: unknown): never => {
    if (!isCoded(error, 'VERSION_NOT_FOUND')) throw error
    throw coded('REPO_NOT_FOUND', {
      message: `there is no plugin registry at ${quote(url)}`,
      details: { repo: name, url },
      hint: 'compare the `url` of the repo in the config with the address that its owner gives',
      cause: error,
    })
  }
}
