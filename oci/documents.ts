// What a registry of OCI keeps under a tag or a digest, in the forms of OCI and of Docker: a manifest of layers, or an index of several
// manifests. Nothing that one says of itself is believed before its bytes were held to a digest.
import { z } from 'zod'
import type { Digest } from '../schemas/digest.ts'
import { digestOf } from '../schemas/digest.ts'
import { coded } from '../schemas/errors.ts'
import { parseJsonBytes } from '../schemas/json.ts'
import { quote } from '../schemas/quote.ts'
import { parseShape } from '../schemas/shape.ts'
import { digestShape, sizeShape } from '../schemas/shapes.ts'

/** Of one document; other clients read manifests of that size as well. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024
const MAX_PARTS = 1000

const word = z.string().max(255)
export const ociPlatformShape = z.object({ os: word, architecture: word, variant: word.optional() })
export const layerShape = z.object({ mediaType: word.optional(), digest: digestShape, size: sizeShape })
const annotationsShape = z.record(z.string().max(300), z.string().max(64 * 1024)).nullish()

const indexShape = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(layerShape.extend({ platform: ociPlatformShape.nullish() })).max(MAX_PARTS),
})
const manifestShape = z.object({
  schemaVersion: z.literal(2),
  config: layerShape,
  layers: z.array(layerShape).max(MAX_PARTS),
  annotations: annotationsShape,
})

export type Layer = z.output<typeof layerShape>
export type OciPlatform = z.output<typeof ociPlatformShape>
export type OciIndex = z.output<typeof indexShape>
export type OciManifest = z.output<typeof manifestShape>

/** What one is, told by what it holds: what it calls itself may be said in two places. Throws FORMAT_INVALID. */
export function parseManifest(bytes: Uint8Array, name: string): OciIndex | OciManifest {
  const value = parseJsonBytes(bytes, name, MAX_DOCUMENT_BYTES)
  const keys = new Set(typeof value === 'object' && value !== null ? Object.keys(value) : [])
  if (keys.has('manifests') && (keys.has('layers') || keys.has('config')))
    throw coded('FORMAT_INVALID', { message: `${quote(name)} is an index and a manifest at once`, details: { name } })
  return keys.has('manifests') ? parseShape(indexShape, value, { name }) : parseShape(manifestShape, value, { name })
}

/** The same bytes, when they are the promised ones. Throws DIGEST_MISMATCH. */
export function requireDigest(bytes: Buffer, digest: Digest, subject: string): Buffer {
  const found = digestOf(bytes)
  if (found === digest) return bytes
  throw coded('DIGEST_MISMATCH', {
    message: `${quote(subject)} has other bytes, expected \`${digest}\`, found \`${found}\``,
    details: { subject, expected: digest, found },
  })
}
