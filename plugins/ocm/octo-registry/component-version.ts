// One component version of a registry: its descriptor, and the layers of its resources, held to the digests that lead to them.
import { z } from 'zod'
import { CallError } from '../../../sdk/service/index.ts'
import { tagOf } from './component-repository.ts'
import type { ComponentManifest, OctoRegistry } from './registry.ts'
import { readManifest, readPart } from './registry.ts'

const digestShape = z.looseObject({
  hashAlgorithm: z.string(),
  normalisationAlgorithm: z.string(),
  value: z.string(),
})

const resourceShape = z.looseObject({
  name: z.string(),
  version: z.string(),
  type: z.string(),
  relation: z.string(),
  extraIdentity: z.record(z.string(), z.string()).nullish(),
  access: z.looseObject({ type: z.string(), localReference: z.string().optional() }),
  digest: digestShape.nullish(),
})

const descriptorShape = z.looseObject({
  meta: z.looseObject({ schemaVersion: z.literal('v2') }),
  component: z.looseObject({
    name: z.string(),
    version: z.string(),
    provider: z.string(),
    resources: z.array(resourceShape),
    componentReferences: z.array(z.looseObject({ name: z.string(), version: z.string(), componentName: z.string() })),
  }),
})

export type Descriptor = z.output<typeof descriptorShape>
export type Resource = z.output<typeof resourceShape>
type ComponentVersion = { readonly manifest: ComponentManifest; readonly descriptor: Descriptor }

const DESCRIPTOR = 'application/vnd.ocm.software.component-descriptor.v2+json'
const BAD_GATEWAY = 502

/** Throws a CallError. */
export async function readComponentVersion(
  registry: OctoRegistry,
  name: string,
  version: string,
): Promise<ComponentVersion> {
  const manifest = await readManifest(registry, name, tagOf(version))
  const [layer] = manifest.layers
  if (layer?.mediaType !== DESCRIPTOR) throw broken(`${name}:${version} has no descriptor in JSON`)
  const { data: descriptor } = descriptorShape.safeParse(await readPart(registry, name, layer))
  if (descriptor?.component.name === name && descriptor.component.version === version) return { manifest, descriptor }
  throw broken(`${name}:${version} is described as another component version`)
}

/** The layer that a resource's bytes are; throws a CallError where descriptor and manifest do not agree. */
export function layerOf({ manifest }: ComponentVersion, { name, access, digest }: Resource) {
  const layer = manifest.layers.find((each) => each.digest === access.localReference)
  if (!layer) throw broken(`the resource \`${name}\` has no layer`)
  if (!digest || `sha256:${digest.value}` === layer.digest) return layer
  throw broken(`the resource \`${name}\` says another digest than its \`localReference\``)
}

function broken(why: string): CallError {
  return new CallError(why, BAD_GATEWAY)
}
