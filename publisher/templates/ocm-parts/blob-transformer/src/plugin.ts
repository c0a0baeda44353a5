// Packs blobs with gzip.
import { createGzip } from 'node:zlib'
import { blobTransformer, definePlugin, streamLocation } from '#sdk'
import { z } from 'zod'

export const plugin = definePlugin({
  name: '__NAME__',
  version: '0.1.0',
  summary: '__SUMMARY__',
  serves: [
    blobTransformer({
      type: '__TYPE__/v1',
      schema: z.strictObject({ type: z.string(), level: z.int().min(1).max(9).default(6) }),
      transformBlob: async ({ location, specification: { level } }, { files }) => {
        const through = [createGzip({ level })]
        return { location: await files.write(streamLocation(location), { mediaType: 'application/gzip', through }) }
      },
    }),
  ],
})
