// Which files of a component version are the plugin, one for each platform that we know, each covered by the descriptor: it names
// the digest, there is a layer of that digest, and what else the descriptor says of the digest agrees.
import type { Descriptor, OcmResource } from '../../schemas/component/descriptor.ts'
import { BLOB_DIGEST } from '../../schemas/component/descriptor.ts'
import type { Digest } from '../../schemas/digest.ts'
import { hexOf } from '../../schemas/digest.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Platform } from '../../schemas/platform.ts'
import { parsePlatformInput } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'

export type PluginFile = { readonly platform: Platform; readonly digest: Digest; readonly size: number }

type PluginFiles = {
  readonly files: readonly PluginFile[]
  /** Platforms that octo does not know, as the descriptor writes them. */
  readonly unknown: readonly string[]
}

type Component = {
  readonly descriptor: Descriptor
  /** What there is, by its bytes. */
  readonly layers: readonly { readonly digest: Digest; readonly size: number }[]
  /**
   * Whether the descriptor itself is proven: then each file needs the digest that signatures are of, as the place where a file
   * lies is no part of what is signed.
   */
  readonly isProven: boolean
}

const PLUGIN_TYPE = 'ocmPlugin'
const LOCAL_BLOB = /^localBlob(?:\/v1)?$/i
const SHA_256 = /^sha-?256$/i

/** Throws NO_MATCHING_PLATFORM, DIGEST_MISMATCH, FORMAT_INVALID or LIMIT_EXCEEDED. */
export function findPluginFiles(component: Component): PluginFiles {
  const { name, version, resources } = component.descriptor.component
  // As `ocm` does: of the version of the component, and the first where several fit.
  const plugins = (resources ?? []).filter((each) => each.type === PLUGIN_TYPE && each.version === version)
  const files = new Map<Platform, PluginFile>()
  const unknown: string[] = []
  for (const resource of plugins) {
    const platform = platformOf(resource)
    if (platform === undefined) unknown.push(shownPlatform(resource))
    else if (!files.has(platform)) files.set(platform, { platform, ...layerOf(resource, component) })
  }
  if (files.size === 0) throw noFiles(name, unknown)
  if (files.size > LIMITS.platformsPerVersion)
    throw coded('LIMIT_EXCEEDED', {
      message: `component ${quote(name)} has plugins for ${files.size} platforms, expected at most ${LIMITS.platformsPerVersion}`,
      details: { component: name, found: files.size, expected: LIMITS.platformsPerVersion },
      hint: 'no plugin for so many platforms is taken: ask its publisher for a version with fewer',
    })
  return { files: [...files.values()], unknown }
}

function noFiles(component: string, unknown: readonly string[]): Error {
  return coded('NO_MATCHING_PLATFORM', {
    message: `component ${quote(component)} has no plugin for a platform that octo knows, found ${unknown.map(quote).join(', ') || `no resource of type \`${PLUGIN_TYPE}\``}`,
    details: { component, platforms: unknown },
    hint: 'is it the component of a plugin, and not the list of a registry? `ocm get component-version ADDRESS -o yaml` shows its resources',
  })
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

function layerOf({ name, access, digest }: OcmResource, { descriptor, layers, isProven }: Component) {
  const component = descriptor.component.name
  if (!LOCAL_BLOB.test(access?.type ?? ''))
    throw coded('FORMAT_INVALID', {
      message: `resource ${quote(name)} lies elsewhere, expected access \`localBlob\`, found ${quote(access?.type ?? 'none')}`,
      details: { component, resource: name },
      hint: 'a transfer with `ocm transfer component-version --copy-resources` brings it along',
    })
  const layer = layers.find((each) => each.digest === access?.localReference)
  if (!layer)
    throw uncovered(
      component,
      `resource ${quote(name)} is ${quote(access?.localReference ?? 'nothing')}, and no layer is`,
    )
  const saysBytes = digest?.normalisationAlgorithm === BLOB_DIGEST
  if (isProven && !saysBytes)
    throw uncovered(component, `nothing that is signed says which bytes resource ${quote(name)} has`)
  const isSame = SHA_256.test(digest?.hashAlgorithm ?? '') && digest?.value.toLowerCase() === hexOf(layer.digest)
  if (saysBytes && !isSame)
    throw uncovered(component, `the descriptor says another digest of resource ${quote(name)} than it refers to`)
  if (layer.size > LIMITS.artifactBytes)
    throw coded('LIMIT_EXCEEDED', {
      message: `resource ${quote(name)} has ${layer.size} bytes, expected at most ${LIMITS.artifactBytes}`,
      details: { component, resource: name, found: layer.size, expected: LIMITS.artifactBytes },
      hint: 'no plugin of that size is taken: ask its publisher for a smaller one',
    })
  return { digest: layer.digest, size: layer.size }
}

function uncovered(component: string, problem: string): Error {
  return coded('DIGEST_MISMATCH', {
    message: `component ${quote(component)} is not whole: ${problem}`,
    details: { component },
    hint: 'whoever published it has to publish it anew, with the digests of its resources, as today’s `ocm` writes them',
  })
}
