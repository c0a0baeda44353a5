// Says the digest of a resource whose access names a file of this machine.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { definePlugin, digestProcessorRepository } from '#sdk'
import { z } from 'zod'

export const plugin = definePlugin({
  name: '__NAME__',
  version: '0.1.0',
  summary: '__SUMMARY__',
  serves: [
    digestProcessorRepository({
      type: '__TYPE__/v1',
      schema: z.looseObject({ type: z.string(), path: z.string().min(1) }),
      processResourceDigest: async ({ resource }, { signal }) => {
        const hash = createHash('sha256')
        await pipeline(createReadStream(resource.access.path), hash, { signal })
        const value = hash.digest('hex')
        const digest = { hashAlgorithm: 'SHA-256', normalisationAlgorithm: 'genericBlobDigest/v1', value }
        return { resource: { ...resource, digest } }
      },
    }),
  ],
})
