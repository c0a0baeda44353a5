// Fetches and stores resources whose access names a file of this machine.
import { copyFile } from 'node:fs/promises'
import { definePlugin, locationOf, pathOf, resourceRepository } from '#sdk'
import { z } from 'zod'

export const plugin = definePlugin({
  name: '__NAME__',
  version: '0.1.0',
  summary: '__SUMMARY__',
  serves: [
    resourceRepository({
      type: '__TYPE__/v1',
      schema: z.looseObject({ type: z.string(), path: z.string().min(1) }),
      getResource: ({ resource }) => ({ location: locationOf(resource.access.path) }),
      addResource: async ({ resource, resourceLocation }) => {
        await copyFile(pathOf(resourceLocation), resource.access.path)
        return { resource }
      },
    }),
  ],
})
