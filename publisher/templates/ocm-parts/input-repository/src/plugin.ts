// Makes resources and sources of files, when a component version is put together.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { definePlugin, inputRepository } from '#sdk'
import { z } from 'zod'

const input = z.strictObject({ type: z.string(), path: z.string().min(1), mediaType: z.string().optional() })

async function readInput({ path, mediaType = 'application/octet-stream' }: z.output<typeof input>) {
  const bytes = await readFile(path)
  const localReference = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  return { bytes, mediaType, access: { type: 'localBlob/v1', localReference, mediaType } }
}

export const plugin = definePlugin({
  name: '__NAME__',
  version: '0.1.0',
  summary: '__SUMMARY__',
  serves: [
    inputRepository({
      type: '__TYPE__/v1',
      schema: input,
      processResource: async ({ resource: { input: described, options: _, ...resource } }, { files }) => {
        const { bytes, mediaType, access } = await readInput(described)
        return { resource: { ...resource, access }, location: await files.write(bytes, { mediaType }) }
      },
      processSource: async ({ source: { input: described, options: _, ...source } }, { files }) => {
        const { bytes, mediaType, access } = await readInput(described)
        return { source: { ...source, access }, location: await files.write(bytes, { mediaType }) }
      },
    }),
  ],
})
