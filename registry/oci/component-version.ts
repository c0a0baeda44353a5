// A component version of OCM as it lies in an OCI registry: its descriptor, a config that names the descriptor, and a manifest
// that names both and the bytes of its resources. The same content is the same bytes for ever: clients pin the digest.
import type { Digest } from '../../schemas/digest.ts'
import { digestOf, hexOf } from '../../schemas/digest.ts'
import { stableJson } from '../../schemas/json.ts'

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const COMPONENT_TYPE = 'application/vnd.ocm.software.component-descriptor.v2'
const DESCRIPTOR_TYPE = 'application/vnd.ocm.software.component-descriptor.v2+json'
const CONFIG_TYPE = 'application/vnd.ocm.software.component.config.v1+json'

/** Bytes that are rendered, under the digest that they have. */
export type OciPart = { readonly mediaType: string; readonly digest: Digest; readonly bytes: Buffer }

export type RenderedComponent = { readonly manifest: OciPart; readonly config: OciPart; readonly descriptor: OciPart }

type Identity = Readonly<Record<string, string>>

/** A file of the component; resources that share their bytes share a layer. */
export type Resource = {
  readonly name: string
  readonly type: string
  /** What tells it from resources of the same name, e.g. `os` and `architecture`. */
  readonly extraIdentity?: Identity
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
}

type Label = { readonly name: string; readonly value: unknown }

export type Reference = {
  readonly name: string
  readonly componentName: string
  readonly version: string
  readonly labels: readonly Label[]
}

type Component = {
  readonly name: string
  readonly version: string
  readonly provider: string
  readonly labels?: readonly Label[]
  readonly resources: readonly Resource[]
  readonly references: readonly Reference[]
  /** For the annotations of the manifest. */
  readonly about?: Identity
}

export function renderComponentVersion(component: Component): RenderedComponent {
  const descriptor = partOf(DESCRIPTOR_TYPE, descriptorOf(component))
  const config = partOf(CONFIG_TYPE, { componentDescriptorLayer: layerOf(descriptor) })
  const manifest = partOf(MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: COMPONENT_TYPE,
    config: layerOf(config),
    layers: [layerOf(descriptor), ...layersOf(component)],
    annotations: annotationsOf(component),
  })
  return { manifest, config, descriptor }
}

function descriptorOf({ name, version, provider, labels, resources, references }: Component) {
  const component = {
    name,
    version,
    provider,
    repositoryContexts: [],
    sources: [],
    ...(labels ? { labels } : {}),
    componentReferences: references,
    resources: resources.map((resource) => resourceOf(resource, version)),
  }
  return { meta: { schemaVersion: 'v2' }, component }
}

function resourceOf({ name, type, extraIdentity, mediaType, digest }: Resource, version: string) {
  return {
    name,
    version,
    type,
    relation: 'local',
    ...(extraIdentity ? { extraIdentity } : {}),
    access: { type: 'localBlob/v1', localReference: digest, mediaType },
    digest: { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'genericBlobDigest/v1', value: hexOf(digest) },
  }
}

function layersOf({ resources, version }: Component) {
  return [...Map.groupBy(resources, ({ digest }) => digest).values()].map((sharing) => {
    const [{ mediaType, digest, size, extraIdentity }] = sharing as [Resource]
    const artifacts = sharing.map((each) => ({
      identity: { ...each.extraIdentity, name: each.name, version },
      kind: 'resource',
    }))
    const { os, architecture } = extraIdentity ?? {}
    const isForOne = sharing.length === 1 && os !== undefined && architecture !== undefined
    return {
      mediaType,
      digest,
      size,
      annotations: { 'software.ocm.artifact': stableJson(artifacts) },
      ...(isForOne ? { platform: { os, architecture } } : {}),
    }
  })
}

function annotationsOf({ name, version, about }: Component): Identity {
  return {
    ...about,
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.version': version,
    'software.ocm.componentversion': `${name}:${version}`,
    'software.ocm.creator': 'octo',
  }
}

function partOf(mediaType: string, value: unknown): OciPart {
  const bytes = Buffer.from(stableJson(value))
  return { mediaType, digest: digestOf(bytes), bytes }
}

function layerOf({ mediaType, digest, bytes }: OciPart) {
  return { mediaType, digest, size: bytes.length }
}
