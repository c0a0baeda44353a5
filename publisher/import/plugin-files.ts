// Which files of a component version are the plugin, one for each platform that we know, each covered by the descriptor: it names
// the digest, the manifest has a layer of that digest, and what else the descriptor says of the digest agrees.
import type { Digest } from '../../schemas/digest.ts'
import { hexOf } from '../../schemas/digest.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Platform } from '../../schemas/platform.ts'
import { parsePlatformInput } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { ComponentAddress } from './component-address.ts'
import type { OcmResource } from './component-shapes.ts'
import type { ComponentVersion } from './read-component.ts'
import { uncovered } from './read-component.ts'

export type PluginFile = { readonly platform: Platform; readonly digest: Digest; readonly size: number }

type PluginFiles = {
  readonly files: readonly PluginFile[]
  /** Platforms that octo does not know, as the descriptor writes them. */
  readonly unknown: readonly string[]
}

const PLUGIN_TYPE = 'ocmPlugin'
const LOCAL_BLOB = /^localBlob(?:\/v1)?$/i
const SHA_256 = /^sha-?256$/i

/** Throws NO_MATCHING_PLATFORM, DIGEST_MISMATCH, FORMAT_INVALID or LIMIT_EXCEEDED. */
export function findPluginFiles(found: ComponentVersion, address: ComponentAddress): PluginFiles {
  const { version, resources } = found.descriptor.component
  // As `ocm` does: of the version of the component, and the first where several fit.
  const plugins = (resources ?? []).filter((each) => each.type === PLUGIN_TYPE && each.version === version)
  const files = new Map<Platform, PluginFile>()
  const unknown: string[] = []
  for (const resource of plugins) {
    const platform = platformOf(resource)
    if (platform === undefined) unknown.push(shownPlatform(resource))
    else if (!files.has(platform)) files.set(platform, { platform, ...layerOf(resource, found, address) })
  }
  if (files.size === 0)
    throw coded('NO_MATCHING_PLATFORM', {
      message: `component ${quote(address.component)} has no plugin for a platform that octo knows, found ${unknown.map(quote).join(', ') || `no resource of type \`${PLUGIN_TYPE}\``}`,
    })
  if (files.size > LIMITS.platformsPerVersion)
    throw coded('LIMIT_EXCEEDED', {
      message: `component ${quote(address.component)} has plugins for ${files.size} platforms, expected at most ${LIMITS.platformsPerVersion}`,
    })
  return { files: [...files.values()], unknown }
}

function platformOf({ extraIdentity }: OcmResource): Platform | undefined {
  const { os = '', architecture = '', libc } = extraIdentity ?? {}
  try {
    return parsePlatformInput([os, architecture, ...(libc === undefined ? [] : [libc])].join('_'))
  } catch (error) {
    if (isCoded(error, 'PLATFORM_INVALID')) return undefined
    throw error
  }
}

function shownPlatform({ extraIdentity }: OcmResource): string {
  const { os = 'any', architecture = 'any' } = extraIdentity ?? {}
  return `${os}/${architecture}`
}

function layerOf({ name, access, digest }: OcmResource, { manifest }: ComponentVersion, address: ComponentAddress) {
  if (!LOCAL_BLOB.test(access.type))
    throw coded('FORMAT_INVALID', {
      message: `resource ${quote(name)} lies elsewhere, expected access \`localBlob\`, found ${quote(access.type)}`,
      hint: 'a transfer with `ocm transfer component-version --copy-resources` brings it along',
    })
  const layer = manifest.layers.find((each) => each.digest === access.localReference)
  if (!layer)
    throw uncovered(address, `resource ${quote(name)} is ${quote(access.localReference ?? 'nothing')}, and no layer is`)
  if (digest && digest.normalisationAlgorithm === 'genericBlobDigest/v1') {
    const isSame = SHA_256.test(digest.hashAlgorithm) && digest.value.toLowerCase() === hexOf(layer.digest)
    if (!isSame)
      throw uncovered(address, `the descriptor says another digest of resource ${quote(name)} than it refers to`)
  }
  if (layer.size > LIMITS.artifactBytes)
    throw coded('LIMIT_EXCEEDED', {
      message: `resource ${quote(name)} has ${layer.size} bytes, expected at most ${LIMITS.artifactBytes}`,
    })
  return { digest: layer.digest, size: layer.size }
}
