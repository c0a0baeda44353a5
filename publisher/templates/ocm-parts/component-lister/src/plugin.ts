// Lists components: each folder of the repository's folder is one.
import { readdir } from 'node:fs/promises'
import { componentLister, definePlugin } from '#sdk'
import { z } from 'zod'

export const plugin = definePlugin({
  name: '__NAME__',
  version: '0.1.0',
  summary: '__SUMMARY__',
  serves: [
    componentLister({
      type: '__TYPE__/v1',
      schema: z.strictObject({ type: z.string(), path: z.string().min(1) }),
      // All names, in the same order each time: the sdk gives them a page at a time.
      listComponents: async ({ repository: { path } }) => {
        const entries = await readdir(path, { withFileTypes: true })
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort()
      },
    }),
  ],
})
