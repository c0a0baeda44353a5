// What an image says of itself: for which platform its files are, in an index or in the config with which it is run. Nothing of it is
// believed before its bytes were held to a digest.
import { z } from 'zod'
import type { Layer, OciIndex, OciPlatform } from '../../../oci/documents.ts'
import { MAX_DOCUMENT_BYTES, ociPlatformShape } from '../../../oci/documents.ts'
import { coded } from '../../../schemas/errors.ts'
import { parseJsonBytes } from '../../../schemas/json.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { quote } from '../../../schemas/quote.ts'
import { parseShape } from '../../../schemas/shape.ts'
import { digestShape } from '../../../schemas/shapes.ts'

const words = z.array(z.string().max(32_768)).max(1000).nullish()
const configShape = z.object({
  ...ociPlatformShape.shape,
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digestShape).max(256) }),
  config: z.object({ Entrypoint: words, Cmd: words, Env: words, WorkingDir: z.string().max(4096).nullish() }).nullish(),
})

export type ImageConfig = z.output<typeof configShape>

export function parseImageConfig(bytes: Uint8Array, name: string): ImageConfig {
  return parseShape(configShape, parseJsonBytes(bytes, name, MAX_DOCUMENT_BYTES), { name })
}

/** Whether programs of such an image run on the platform: without a variant, or with the one that all of its machines have. */
function isFor(platform: Platform, { os, architecture, variant }: OciPlatform): boolean {
  const [wantedOs, wanted] = platform.split('_')
  return (
    os === wantedOs && architecture === wanted && [undefined, '', 'v1', BASE_VARIANT[architecture]].includes(variant)
  )
}

const BASE_VARIANT: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v6' }

/** Throws NO_MATCHING_PLATFORM. */
export function chooseManifest({ manifests }: OciIndex, platform: Platform, name: string): Layer {
  const found = manifests.find((one) => one.platform && isFor(platform, one.platform))
  if (found) return found
  const platforms = manifests.flatMap((one) => (one.platform ? [shown(one.platform)] : []))
  throw noPlatform(name, platform, platforms)
}

/** Throws NO_MATCHING_PLATFORM. */
export function requirePlatform(config: ImageConfig, platform: Platform, name: string): void {
  if (!isFor(platform, config)) throw noPlatform(name, platform, [shown(config)])
}

function shown({ os, architecture, variant }: OciPlatform): string {
  return `${os}_${architecture}${variant ? `/${variant}` : ''}`
}

function noPlatform(name: string, platform: Platform, platforms: readonly string[]): Error {
  const known = [...new Set(platforms)].filter((one) => !one.startsWith('unknown')).map(quote)
  return coded('NO_MATCHING_PLATFORM', {
    message: `image ${quote(name)} has no files for \`${platform}\`, it exists for ${known.join(', ') || 'nothing that it names'}`,
    details: { image: name, platform, platforms },
  })
}
