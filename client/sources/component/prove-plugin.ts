// A plugin of a registry of OCM, proven from the top: the list by what the config trusts, the component version by that or by the
// digest with which the list refers to it, and the bytes by the digests that the proven descriptor says. Both descriptors stay in the
// store, so that a locked plugin is proven anew without a network.
import { readComponentVersion, requireIdentity } from '../../../oci/read-component.ts'
import type { Descriptor } from '../../../schemas/component/descriptor.ts'
import { parseDescriptor } from '../../../schemas/component/descriptor.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { Name } from '../../../schemas/name.ts'
import { quote } from '../../../schemas/quote.ts'
import { decodeText } from '../../../schemas/text.ts'
import type { Version } from '../../../schemas/version.ts'
import { settledNow } from '../../../system/async/limit.ts'
import { writeWhole } from '../../../system/files/atomic-file.ts'
import type { PluginFile } from '../../../trust/component/plugin-files.ts'
import { findPluginFiles } from '../../../trust/component/plugin-files.ts'
import type { ComponentProof } from '../../../trust/component/prove-component.ts'
import { proveComponent } from '../../../trust/component/prove-component.ts'
import type { SeenAt } from '../../../trust/release/keyring.ts'
import type { ClientContext } from '../../context.ts'
import { STORE_DISK } from '../../store/disk.ts'
import type { Layout } from '../../store/layout.ts'
import { noteProven, provenSince } from '../../store/proven.ts'
import { storedBundle } from '../../store/stored-bundle.ts'
import { lockMismatch } from '../lock-mismatch.ts'
import type { ComponentRepo } from './component-repo.ts'
import { addressOf } from './component-repo.ts'
import type { ListedVersion, PluginList } from './plugin-list.ts'
import { pluginsIn, readPluginList } from './plugin-list.ts'

type ProvenPlugin = {
  readonly listed: ListedVersion
  readonly list: Pick<PluginList, 'version' | 'blob'>
  readonly descriptor: { readonly digest: Digest; readonly size: number }
  readonly proof: ComponentProof
  readonly files: readonly PluginFile[]
}

type Place = { readonly repo: ComponentRepo; readonly plugin: Name; readonly version: Version }

/** A version that is new to the lockfile. Throws what reading and proving throw. */
export async function provePlugin({ repo, plugin, version }: Place, context: ClientContext): Promise<ProvenPlugin> {
  const { layout, network, now } = context
  const list = await readPluginList(repo, context)
  const listed = list.plugins.get(plugin)?.find((candidate) => candidate.version === version)
  if (!listed) throw coded('INTERNAL', { message: 'a version was picked that nobody offered' })
  const address = { ...addressOf(repo), component: listed.component, version: listed.text }
  const { descriptor, manifest, blob } = await readComponentVersion(await network.component(address), address)
  requireSize(blob.bytes.length, listed)
  const proof = proveComponent({
    descriptor,
    trust: repo.trust,
    at: () => now(),
    listed: { ...listed, proof: list.proof },
  })
  const { files } = findPluginFiles({ descriptor, layers: manifest.layers, isProven: true })
  for (const { digest, bytes } of [list.blob, blob])
    writeWhole(layout.release(digest), bytes, { staging: layout.staging, mode: 0o444, ...STORE_DISK })
  noteProof(layout, blob.digest, proof)
  return { listed, list, descriptor: { digest: blob.digest, size: blob.bytes.length }, proof, files }
}

/** What a lockfile names: the same descriptor by the same key or pin as when it was locked, of the same bytes. */
export async function proveLockedPlugin(entry: LockedPlugin, repo: ComponentRepo, context: ClientContext) {
  if (!isComponentEntry(entry)) throw otherThanLocked(entry, 'the lockfile names no component version for it')
  const { bundle, component } = entry
  const descriptor = await readDescriptor(entry, repo, context)
  const list = await listOf(entry, repo, context)
  const listed = list.plugins.get(entry.plugin)?.find(({ version }) => version === entry.version)
  if (!listed || listed.component !== component.name || listed.text !== component.version)
    throw otherThanLocked(entry, 'the list of its registry calls another component version by that name')
  const proof = proveComponent({
    descriptor,
    trust: repo.trust,
    at: seenBefore(bundle.digest, context),
    listed: { ...listed, proof: list.proof },
  })
  if (proof.signer !== entry.signer) throw otherThanLocked(entry, `what proves it is \`${proof.signer}\``)
  noteProof(context.layout, bundle.digest, proof)
  return { listed, proof, files: lockedFiles(descriptor, entry) }
}

type ComponentEntry = LockedPlugin & {
  readonly bundle: NonNullable<LockedPlugin['bundle']>
  readonly component: NonNullable<LockedPlugin['component']>
}

function isComponentEntry(entry: LockedPlugin): entry is ComponentEntry {
  return entry.bundle !== undefined && entry.component !== undefined
}

function noteProof(layout: Layout, bundle: Digest, { signer, admission }: ComponentProof): void {
  if (signer !== 'pinned' && admission === 'window') noteProven(layout, { bundle, signer })
}

/** A key that has passed its end counts for what this machine proved before. */
function seenBefore(bundle: Digest, { layout, now }: ClientContext): (signer: Digest) => SeenAt {
  return (signer) => ({ now: now(), earlier: { provenAt: provenSince(layout, { bundle, signer }), locked: true } })
}

function lockedFiles(descriptor: Descriptor, entry: LockedPlugin): readonly PluginFile[] {
  const { files } = underLock(entry, () =>
    findPluginFiles({ descriptor, layers: Object.values(entry.platforms), isProven: true }),
  )
  const isSame =
    files.length === Object.keys(entry.platforms).length &&
    files.every(({ platform, digest, size }) => {
      const locked = entry.platforms[platform]
      return locked?.digest === digest && locked.size === size && locked.format === 'raw'
    })
  if (isSame) return files
  throw otherThanLocked(entry, 'its files are others')
}

function underLock<Result>(entry: LockedPlugin, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    const isMismatch = isCoded(error, 'DIGEST_MISMATCH') || isCoded(error, 'DOCUMENT_MISMATCH')
    throw isMismatch ? otherThanLocked(entry, error.message, error) : error
  }
}

/** From the store, or by its digest from the registry. */
async function readDescriptor(entry: ComponentEntry, repo: ComponentRepo, context: ClientContext): Promise<Descriptor> {
  const { bundle, component } = entry
  const place = { ...addressOf(repo), component: component.name }
  const bytes = await readProof(bundle.digest, place, context)
  if (!bytes) throw otherThanLocked(entry, `its registry does not have the descriptor \`${bundle.digest}\` any more`)
  const descriptor = parseDescriptor(decodeText(bytes, component.name), component.name)
  underLock(entry, () => requireIdentity(descriptor, { component: component.name, version: component.version }))
  return descriptor
}

/** As it was when the plugin was locked. A registry need not keep it: the newest one that calls the plugin the same is as good. */
async function listOf(
  entry: ComponentEntry,
  repo: ComponentRepo,
  context: ClientContext,
): Promise<Pick<PluginList, 'plugins' | 'proof'>> {
  const { list } = entry.component
  const address = addressOf(repo)
  const bytes = await readProof(list.digest, address, context)
  if (!bytes) return readPluginList(repo, context)
  const descriptor = parseDescriptor(decodeText(bytes, address.component), address.component)
  requireIdentity(descriptor, { component: address.component, version: list.version })
  const proof = settledNow(() =>
    proveComponent({ descriptor, trust: repo.trust, at: seenBefore(list.digest, context) }),
  )
  if (proof.state === 'done') return { plugins: pluginsIn(descriptor), proof: proof.value }
  // Whoever pins another list now does not trust this one any more.
  if (context.network.offline) throw proof.error
  return readPluginList(repo, context)
}

type Address = Parameters<ClientContext['network']['component']>[0]

async function readProof(digest: Digest, address: Address, context: ClientContext) {
  const { layout, network } = context
  const stored = storedBundle(digest, context)
  if (stored !== undefined) return Buffer.from(stored)
  const bytes = await (await network.component(address)).document({ digest })
  // Not durable: what is damaged is fetched again.
  if (bytes) writeWhole(layout.release(digest), bytes, { staging: layout.staging, mode: 0o444, ...STORE_DISK })
  return bytes
}

function requireSize(size: number, { component }: ListedVersion): void {
  if (size <= LIMITS.bundleBytes) return
  throw coded('LIMIT_EXCEEDED', {
    message: `the descriptor of ${quote(component)} has ${size} bytes, expected at most ${LIMITS.bundleBytes}`,
    details: { component, size, maxBytes: LIMITS.bundleBytes },
  })
}

function otherThanLocked(entry: LockedPlugin, problem: string, cause?: unknown): Error {
  return lockMismatch(entry, { what: 'component version', problem, cause })
}
