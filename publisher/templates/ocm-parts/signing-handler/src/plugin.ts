// Signs digests with an Ed25519 key in a file, and verifies them.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { CallError, definePlugin, signingHandler } from '#sdk'
import { z } from 'zod'

const ALGORITHM = 'Ed25519'

export const plugin = definePlugin({
  name: '__NAME__',
  version: '0.1.0',
  summary: '__SUMMARY__',
  serves: [
    signingHandler({
      type: '__TYPE__/v1',
      // To sign, the private key; to verify, the public or the private one. Both as PEM.
      schema: z.looseObject({ type: z.string(), keyFile: z.string().min(1) }),
      sign: async ({ digest, config: { keyFile } }) => {
        const key = createPrivateKey(await readFile(keyFile))
        const value = sign(null, Buffer.from(digest.value, 'hex'), key).toString('base64')
        return { signature: { algorithm: ALGORITHM, value, mediaType: 'application/vnd.__NAME__.ed25519' } }
      },
      verify: async ({ signature: { digest, signature }, config: { keyFile } }) => {
        if (signature.algorithm !== ALGORITHM) throw new CallError(`expected ${ALGORITHM}, found ${signature.algorithm}`, 400)
        const key = createPublicKey(await readFile(keyFile))
        const bytes = Buffer.from(signature.value, 'base64')
        if (!verify(null, Buffer.from(digest.value, 'hex'), key, bytes)) throw new CallError('the signature does not fit', 422)
      },
    }),
  ],
})
