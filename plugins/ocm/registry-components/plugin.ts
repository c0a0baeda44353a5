// A repository of component versions: those that a registry of octo serves, read by their digests. Versions are written by
// `octo publish`, which signs them.
import { z } from 'zod'
import type { CallContext } from '../../../sdk/service/index.ts'
import { CallError, componentVersionRepository, configType, definePlugin } from '../../../sdk/service/index.ts'
import { writeHashed } from '../bytes/write-hashed.ts'
import { versionOf } from '../octo-registry/component-repository.ts'
import type { Descriptor, Resource } from '../octo-registry/component-version.ts'
import { layerOf, readComponentVersion } from '../octo-registry/component-version.ts'
import type { OctoRegistry } from '../octo-registry/registry.ts'
import { openBlob, openOctoRegistry, readTags } from '../octo-registry/registry.ts'
import { registryIdentity } from '../octo-registry/registry-identity.ts'

const [BAD_REQUEST, NOT_FOUND, CONFLICT, BAD_GATEWAY] = [400, 404, 409, 502]

/** Hosts send no repository with reads: the registry is part of the configuration. */
const settings = configType(
  'registry-components.config/v1',
  z.strictObject({ type: z.string(), url: z.string().min(1) }),
)

function registryFor(context: CallContext): OctoRegistry {
  const [first, second] = context.config(settings)
  if (!first)
    throw new CallError('no registry is configured: add a `registry-components.config/v1` with its `url`', CONFLICT)
  if (second) throw new CallError('several registries are configured, and a read names none of them', CONFLICT)
  return openOctoRegistry(first.url, context)
}

export const plugin = definePlugin({
  name: 'registry-components',
  version: '1.0.0',
  summary: 'reads component versions from a registry of octo',
  config: [settings],
  serves: [
    componentVersionRepository({
      type: 'OctoRegistry/v1',
      aliases: ['OctoRegistry'],
      schema: z.looseObject({ type: z.string(), url: z.string().min(1) }),
      getIdentity: ({ type: { url } }) => ({ identity: registryIdentity(url) }),
      listComponentVersions: async ({ name }, context) => (await readTags(registryFor(context), name)).map(versionOf),
      getComponentVersion: async ({ name, version }, context) => {
        const { descriptor } = await readComponentVersion(registryFor(context), name, version)
        return descriptor
      },
      getLocalResource: async ({ name, version, identity }, context) => {
        const registry = registryFor(context)
        const found = await readComponentVersion(registry, name, version)
        const resource = resourceOf(found.descriptor, identity ?? {})
        const { digest, size, mediaType } = layerOf(found, resource)
        const blob = await writeHashed(await openBlob(registry, name, digest), { mediaType, maxBytes: size }, context)
        if (blob.digest !== digest || blob.size !== size)
          throw new CallError(`the registry gives ${blob.digest} for ${digest}`, BAD_GATEWAY)
        return { location: blob.location, resource }
      },
    }),
  ],
})

/** The one that all of the identity fits. */
function resourceOf({ component }: Descriptor, identity: Readonly<Record<string, string>>): Resource {
  if (Object.keys(identity).length === 0) throw new CallError('expected the identity of a resource', BAD_REQUEST)
  const fitting = component.resources.filter(({ name, version, extraIdentity }) => {
    const own: Readonly<Record<string, string>> = { ...extraIdentity, name, version }
    return Object.entries(identity).every(([key, value]) => Object.hasOwn(own, key) && own[key] === value)
  })
  const [resource] = fitting
  const what = `${component.name}:${component.version}`
  if (!resource) throw new CallError(`${what} has no resource ${JSON.stringify(identity)}`, NOT_FOUND)
  if (fitting.length === 1) return resource
  throw new CallError(`${what} has ${fitting.length} resources ${JSON.stringify(identity)}, expected one`, CONFLICT)
}
