// What is read of a component version in an OCI registry. Others write these documents, and more into them than is read here.
import { z } from 'zod'
import { digestShape, sizeShape } from '../../schemas/shapes.ts'

const wordShape = z.string().max(300)

const layerShape = z.object({ mediaType: wordShape, digest: digestShape, size: sizeShape })

export const manifestShape = z.object({
  config: layerShape,
  layers: z.array(layerShape).min(1).max(1000),
})

/** The first of its manifests is the component version; the others are artifacts of it. */
export const indexShape = z.object({ manifests: z.array(layerShape).min(1).max(1000) })

export const configShape = z.object({ componentDescriptorLayer: layerShape })

export const tagsShape = z.object({ tags: z.array(wordShape).max(100_000).nullable() })

const resourceShape = z.object({
  name: wordShape,
  version: wordShape,
  type: wordShape,
  extraIdentity: z.record(wordShape, wordShape).nullish(),
  access: z.object({ type: wordShape, localReference: wordShape.optional() }),
  digest: z.object({ hashAlgorithm: wordShape, normalisationAlgorithm: wordShape, value: wordShape }).nullish(),
})

export const descriptorShape = z.object({
  meta: z.object({ schemaVersion: z.string().regex(/^v2$/, 'expected `v2`') }),
  component: z.object({ name: wordShape, version: wordShape, resources: z.array(resourceShape).max(1000).nullable() }),
})

export type Layer = z.output<typeof layerShape>
export type OciManifest = z.output<typeof manifestShape>
export type Descriptor = z.output<typeof descriptorShape>
export type OcmResource = z.output<typeof resourceShape>
