// Signs component versions with the keys of `octo keygen`, and verifies with their public halves.
import { z } from 'zod'
import { CallError, definePlugin, signingHandler } from '../../../sdk/service/index.ts'
import { readPrivateKey, readPublicKeys } from './read-keys.ts'
import { MEDIA_TYPE, signDigest, verifyDigest } from './signature.ts'

const [BAD_REQUEST, UNPROCESSABLE] = [400, 422]

const shape = z.strictObject({
  type: z.string(),
  /** To sign: the private key, which only its owner may read. Absent where the host has it as credentials. */
  keyFile: z.string().startsWith('/').optional(),
  /** To verify: public keys, in PEM or as the line that a config of octo pins. */
  publicKeys: z.array(z.string()).max(100).default([]),
  /** The same as files. */
  publicKeyFiles: z.array(z.string().startsWith('/')).max(100).default([]),
})

/** By which the host finds the private key or its passphrase: `privateKey`, `passphrase`. */
const identityOf = (name: string) => ({ identity: { type: 'OctoKey/v1', name } })

export const plugin = definePlugin({
  name: 'key-signing',
  version: '1.0.0',
  summary: 'signs and verifies with the keys of octo keygen',
  serves: [
    signingHandler({
      type: 'OctoKey/v1',
      aliases: ['OctoKey'],
      schema: shape,
      getSignerIdentity: ({ name }) => identityOf(name),
      sign: async ({ digest, config: { keyFile } }, { credentials }) => {
        const key = await readPrivateKey(keyFile, credentials?.properties ?? {})
        return { signature: signDigest(digest, key) }
      },
      // Public keys stand in the config: nothing is secret about them.
      getVerifierIdentity: () => ({ identity: {} }),
      verify: async ({ signature: { digest, signature }, config }) => {
        if (signature.mediaType !== MEDIA_TYPE)
          throw new CallError(`the signature is \`${signature.mediaType}\`, expected \`${MEDIA_TYPE}\``, BAD_REQUEST)
        const keys = await readPublicKeys(config)
        if (!keys.some((key) => verifyDigest(digest, signature, key)))
          throw new CallError('the signature is none of the given public keys over this digest', UNPROCESSABLE)
      },
    }),
  ],
})
