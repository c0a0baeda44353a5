// What a registry of images says of an image, in the forms of OCI and of Docker: an index of platforms, a manifest of layers, and the
// config with which the image is run. Each is named by its digest; nothing that it says of itself is believed before.
import { z } from 'zod'
import { coded } from '../../../schemas/errors.ts'
import { parseJsonBytes } from '../../../schemas/json.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { quote } from '../../../schemas/quote.ts'
import { parseShape } from '../../../schemas/shape.ts'
import { digestShape, sizeShape } from '../../../schemas/shapes.ts'

export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

const word = z.string().max(255)
const descriptorShape = z.object({ mediaType: word.optional(), digest: digestShape, size: sizeShape })
const platformShape = z.object({ os: word, architecture: word, variant: word.optional() })
const indexShape = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(descriptorShape.extend({ platform: platformShape.optional() })).max(1000),
})
const manifestShape = z.object({
  schemaVersion: z.literal(2),
  config: descriptorShape,
  layers: z.array(descriptorShape).max(256),
})
const words = z.array(z.string().max(32_768)).max(1000).nullish()
const configShape = z.object({
  ...platformShape.shape,
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digestShape).max(256) }),
  config: z.object({ Entrypoint: words, Cmd: words, Env: words, WorkingDir: z.string().max(4096).nullish() }).nullish(),
})

export type Descriptor = z.output<typeof descriptorShape>
type ImageIndex = z.output<typeof indexShape>
export type ImageManifest = z.output<typeof manifestShape>
export type ImageConfig = z.output<typeof configShape>

/** What one is, told by what it holds: what it calls itself may be said in two places. Throws FORMAT_INVALID. */
export function parseManifest(bytes: Uint8Array, name: string): ImageIndex | ImageManifest {
  const value = parseJsonBytes(bytes, name, MAX_DOCUMENT_BYTES)
  const keys = new Set(typeof value === 'object' && value !== null ? Object.keys(value) : [])
  if (keys.has('manifests') && (keys.has('layers') || keys.has('config')))
    throw coded('FORMAT_INVALID', { message: `${quote(name)} is an index and a manifest at once`, details: { name } })
  return keys.has('manifests') ? parseShape(indexShape, value, { name }) : parseShape(manifestShape, value, { name })
}

export function parseImageConfig(bytes: Uint8Array, name: string): ImageConfig {
  return parseShape(configShape, parseJsonBytes(bytes, name, MAX_DOCUMENT_BYTES), { name })
}

/** Whether programs of such an image run on the platform: without a variant, or with the one that all of its machines have. */
function isFor(platform: Platform, { os, architecture, variant }: z.output<typeof platformShape>): boolean {
  const [wantedOs, wanted] = platform.split('_')
  return (
    os === wantedOs && architecture === wanted && [undefined, '', 'v1', BASE_VARIANT[architecture]].includes(variant)
  )
}

const BASE_VARIANT: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v6' }

/** Throws NO_MATCHING_PLATFORM. */
export function chooseManifest({ manifests }: ImageIndex, platform: Platform, name: string): Descriptor {
  const found = manifests.find((one) => one.platform && isFor(platform, one.platform))
  if (found) return found
  const platforms = manifests.flatMap((one) => (one.platform ? [shown(one.platform)] : []))
  throw noPlatform(name, platform, platforms)
}

/** Throws NO_MATCHING_PLATFORM. */
export function requirePlatform(config: ImageConfig, platform: Platform, name: string): void {
  if (!isFor(platform, config)) throw noPlatform(name, platform, [shown(config)])
}

function shown({ os, architecture, variant }: z.output<typeof platformShape>): string {
  return `${os}_${architecture}${variant ? `/${variant}` : ''}`
}

function noPlatform(name: string, platform: Platform, platforms: readonly string[]): Error {
  const known = [...new Set(platforms)].filter((one) => !one.startsWith('unknown')).map(quote)
  return coded('NO_MATCHING_PLATFORM', {
    message: `image ${quote(name)} has no files for \`${platform}\`, it exists for ${known.join(', ') || 'nothing that it names'}`,
    details: { image: name, platform, platforms },
  })
}
