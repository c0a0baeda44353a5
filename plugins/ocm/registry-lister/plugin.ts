// Lists the components of a repo of a registry of octo: those that the repo's own component refers to.
import { z } from 'zod'
import { CallError, componentLister, definePlugin } from '../../../sdk/service/index.ts'
import { versionOf } from '../octo-registry/component-repository.ts'
import { readComponentVersion } from '../octo-registry/component-version.ts'
import type { OctoRegistry } from '../octo-registry/registry.ts'
import { openOctoRegistry, readTags } from '../octo-registry/registry.ts'
import { registryIdentity } from '../octo-registry/registry-identity.ts'

const NOT_FOUND = 404

export const plugin = definePlugin({
  name: 'registry-lister',
  version: '1.0.0',
  summary: 'lists the components of a registry of octo',
  serves: [
    componentLister({
      type: 'OctoRegistry/v1',
      aliases: ['OctoRegistry'],
      schema: z.looseObject({
        type: z.string(),
        url: z.string().min(1),
        /** The component of the repo: `plugins.example.com/core`. */
        component: z.string().min(1),
      }),
      getIdentity: ({ type: { url } }) => ({ identity: registryIdentity(url) }),
      listComponents: async ({ repository: { url, component } }, context) => {
        const registry = openOctoRegistry(url, context)
        const { descriptor } = await newestList(registry, component)
        return [...new Set(descriptor.component.componentReferences.map(({ componentName }) => componentName))].sort()
      },
    }),
  ],
})

/** A registry keeps the newest list alone: one that is published meanwhile takes the place of the one that was asked for. */
async function newestList(registry: OctoRegistry, component: string, tries = 3) {
  const newest = (await readTags(registry, component)).at(-1)
  if (newest === undefined) throw new CallError(`\`${component}\` has no versions`, NOT_FOUND)
  try {
    return await readComponentVersion(registry, component, versionOf(newest))
  } catch (error) {
    if (tries === 1 || !(error instanceof CallError) || error.status !== NOT_FOUND) throw error
    return await newestList(registry, component, tries - 1)
  }
}
