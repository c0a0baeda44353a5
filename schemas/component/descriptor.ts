// The descriptor of a component version, version 2: what a component has, by digests, and who signed that. Others write it, and more
// into it than is read here.
import { z } from 'zod'
import { parseJson } from '../json.ts'
import { parseShape } from '../shape.ts'
import { parseYaml, SERVED_YAML } from '../yaml/parse.ts'

/** Of one descriptor. */
export const MAX_DESCRIPTOR_BYTES = 4 * 1024 * 1024

const wordShape = z.string().max(1024)

const digestShape = z.object({ hashAlgorithm: wordShape, normalisationAlgorithm: wordShape, value: wordShape })

const labelShape = z.object({ name: wordShape, value: z.unknown(), signing: z.boolean().nullish() })

const elementShape = z.object({
  name: wordShape,
  version: wordShape.default(''),
  labels: z.array(labelShape).max(1000).nullish(),
  extraIdentity: z.record(wordShape, wordShape).nullish(),
})

const resourceShape = elementShape.extend({
  type: wordShape,
  relation: wordShape.default(''),
  access: z.object({ type: wordShape, localReference: wordShape.nullish() }).nullish(),
  digest: digestShape.nullish(),
})

const sourceShape = elementShape.extend({ type: wordShape.default('') })

const referenceShape = elementShape.extend({ componentName: wordShape, digest: digestShape.nullish() })

const signatureShape = z.object({
  name: wordShape,
  digest: digestShape,
  signature: z.object({ algorithm: wordShape.default(''), mediaType: wordShape, value: z.string().max(64 * 1024) }),
})

const descriptorShape = z.object({
  meta: z.object({ schemaVersion: z.string().regex(/^v2$/, 'expected `v2`') }),
  component: z.object({
    name: wordShape,
    version: wordShape,
    labels: z.array(labelShape).max(1000).nullish(),
    creationTime: wordShape.nullish(),
    provider: z
      .string()
      .max(64 * 1024)
      .default(''),
    resources: z.array(resourceShape).max(1000).nullish(),
    sources: z.array(sourceShape).max(1000).nullish(),
    componentReferences: z.array(referenceShape).max(20_000).nullish(),
  }),
  signatures: z.array(signatureShape).max(100).nullish(),
})

export type Descriptor = z.output<typeof descriptorShape>
export type OcmResource = z.output<typeof resourceShape>
export type OcmReference = z.output<typeof referenceShape>
export type OcmDigest = z.output<typeof digestShape>
export type OcmLabel = z.output<typeof labelShape>
export type OcmSignature = z.output<typeof signatureShape>

/** JSON or YAML, whichever it is. Throws FORMAT_INVALID, JSON_INVALID, YAML_INVALID or LIMIT_EXCEEDED. */
export function parseDescriptor(text: string, name: string): Descriptor {
  const isJson = /^\s*\{/.test(text)
  const value = isJson ? parseJson(text, name, MAX_DESCRIPTOR_BYTES) : parseYaml(text, name, SERVED_YAML).value
  return parseShape(descriptorShape, value, { name })
}

/** `genericBlobDigest/v1`: of the very bytes of a resource. */
export const BLOB_DIGEST = 'genericBlobDigest/v1'
