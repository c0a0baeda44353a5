// Reads a component version of OCM out of a repository of OCI, each document by the digest that the one before names for it: what a
// tag says is the only thing that is believed, and proves nothing.
import { z } from 'zod'
import type { ComponentAddress } from '../schemas/component/address.ts'
import { ociPathOf, tagOf, versionOfTag } from '../schemas/component/address.ts'
import type { Descriptor } from '../schemas/component/descriptor.ts'
import { parseDescriptor } from '../schemas/component/descriptor.ts'
import type { Digest } from '../schemas/digest.ts'
import { coded } from '../schemas/errors.ts'
import { parseJsonBytes } from '../schemas/json.ts'
import { quote } from '../schemas/quote.ts'
import { parseShape } from '../schemas/shape.ts'
import { decodeText } from '../schemas/text.ts'
import type { Version } from '../schemas/version.ts'
import { isPrerelease, isVersion, newestFirst } from '../schemas/version.ts'
import type { Environment } from '../system/http/proxy.ts'
import type { Layer, OciIndex, OciManifest } from './documents.ts'
import { layerShape, MAX_DOCUMENT_BYTES, parseManifest } from './documents.ts'
import type { OciRepository } from './open-repository.ts'
import { openOciRepository } from './open-repository.ts'

export type ComponentVersion = {
  readonly manifest: OciManifest
  readonly descriptor: Descriptor
  /** As it was served, under its digest. */
  readonly blob: { readonly digest: Digest; readonly bytes: Buffer }
}

const configShape = z.object({ componentDescriptorLayer: layerShape })

type Asking = { readonly env: Environment; readonly onWait?: ((line: string) => void) | undefined }

export function openComponent(
  address: Pick<ComponentAddress, 'host' | 'folder' | 'component'>,
  { env, onWait }: Asking,
): Promise<OciRepository> {
  const { host, component } = address
  return openOciRepository({ host, path: ociPathOf(address), subject: component, env, onWait })
}

/** Throws VERSION_NOT_FOUND, DIGEST_MISMATCH, FORMAT_INVALID, LIMIT_EXCEEDED or what the network throws. */
export async function readComponentVersion(
  repository: OciRepository,
  address: ComponentAddress,
): Promise<ComponentVersion> {
  const version = address.version ?? (await newestVersion(repository, address))
  const manifest = await readManifest(repository, address, version)
  const { component } = address
  const config = parseJsonBytes(await whole(repository, component, manifest.config), 'the config', MAX_DOCUMENT_BYTES)
  const named = parseShape(configShape, config, { name: 'the config' }).componentDescriptorLayer
  const layer = manifest.layers.find(({ digest }) => digest === named.digest)
  if (!layer) throw uncovered(component, `its config names a descriptor \`${named.digest}\` that its manifest does not`)
  requireReadable(layer)
  const bytes = await whole(repository, component, layer)
  const descriptor = parseDescriptor(decodeText(bytes, 'the component descriptor'), 'the component descriptor')
  requireIdentity(descriptor, { component, version })
  return { manifest, descriptor, blob: { digest: layer.digest, bytes } }
}

/** Throws DOCUMENT_MISMATCH for the descriptor of another component or version. */
export function requireIdentity(
  { component: found }: Descriptor,
  { component, version }: { readonly component: string; readonly version: string },
): void {
  if (found.name === component && found.version === version) return
  throw coded('DOCUMENT_MISMATCH', {
    message: `the descriptor is of ${quote(`${found.name}:${found.version}`)}, expected ${quote(`${component}:${version}`)}`,
    details: { expected: `${component}:${version}`, found: `${found.name}:${found.version}` },
    hint: 'whoever owns that registry has to say what happened: `ocm get component-version` shows the same descriptor',
  })
}

/** What in a component version does not hold together. */
export function uncovered(component: string, problem: string): Error {
  return coded('DIGEST_MISMATCH', {
    message: `component ${quote(component)} is not whole: ${problem}`,
    details: { component },
    hint: 'whoever published it has to publish it anew: `ocm transfer component-version --copy-resources` writes whole ones',
  })
}

/** The version with the highest number, stable before pre-releases. Throws VERSION_NOT_FOUND. */
export async function newestVersion(
  repository: OciRepository,
  { host, component }: Pick<ComponentAddress, 'host' | 'component'>,
): Promise<string> {
  const versions = [...(await repository.tags())].map(versionOfTag).flatMap((text) => {
    const plain = text.replace(/^v/, '').replace(/\+.*$/, '')
    return isVersion(plain) ? { version: plain as Version, text } : []
  })
  const ranked = newestFirst(versions)
  const newest = ranked.find(({ version }) => !isPrerelease(version)) ?? ranked[0]
  if (newest) return newest.text
  throw coded('VERSION_NOT_FOUND', {
    message: `there is no version of ${quote(component)} at ${quote(host)}`,
    details: { component, host },
    hint: 'compare the address with the one that its owner gives: `ocm://HOST/PATH//COMPONENT`',
  })
}

/** The first manifest of an index is the component version; the others are artifacts of it. */
async function readManifest(repository: OciRepository, address: ComponentAddress, version: string) {
  const { component, host } = address
  const found = await repository.tagged(tagOf(version))
  if (found === undefined)
    throw coded('VERSION_NOT_FOUND', {
      message: `there is no version ${quote(version)} of ${quote(component)} at ${quote(host)}`,
      details: { component, version, host },
      hint: 'leave the version out, and the newest one is taken',
    })
  const top = parseManifest(found, 'the manifest')
  if (!isIndex(top)) return top
  const [first] = top.manifests
  const inner = first && (await repository.manifest(first.digest))
  const manifest = inner && parseManifest(inner, 'the manifest')
  if (manifest && !isIndex(manifest)) return manifest
  throw uncovered(component, 'its index does not begin with a manifest that is there')
}

function isIndex(document: OciIndex | OciManifest): document is OciIndex {
  return 'manifests' in document
}

async function whole(repository: OciRepository, component: string, layer: Layer): Promise<Buffer> {
  const { digest, size } = layer
  const bytes = await repository.document(layer)
  if (bytes === undefined) throw uncovered(component, `\`${digest}\`, which it names, is not there`)
  if (bytes.length === size) return bytes
  throw uncovered(component, `expected \`${digest}\` of ${size} bytes, found ${bytes.length}`)
}

function requireReadable({ mediaType = '' }: Layer): void {
  const isReadable =
    /^application\/vnd\.(?:ocm\.software\.component-descriptor|gardener\.cloud\.cnudie\.component-descriptor)\.v2\+(?:json|yaml)$/
  if (isReadable.test(mediaType)) return
  throw coded('FORMAT_INVALID', {
    message: `a descriptor of type ${quote(mediaType)} is not read, expected one of version 2 in JSON or YAML`,
    details: { mediaType },
    hint: 'a transfer with today’s `ocm` writes it anew: `ocm transfer component-version`',
  })
}
