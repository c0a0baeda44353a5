// Says the digests of resources that are files: of this machine, or of a server. A digest that a resource has already is checked, and
// never replaced.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { CallContext } from '../../../sdk/service/index.ts'
import { CallError, configType, definePlugin, digestProcessorRepository } from '../../../sdk/service/index.ts'
import { localPath } from '../bytes/local-path.ts'
import { openWeb, webAddress } from '../bytes/open-web.ts'
import { readFileBytes } from '../bytes/read-file.ts'

const NORMALISATION = 'genericBlobDigest/v1'
/** As OCM calls them, and as Node does. */
const ALGORITHMS = { 'SHA-256': 'sha256', 'SHA-512': 'sha512' } as const
type Algorithm = keyof typeof ALGORITHMS
const NAMES = Object.keys(ALGORITHMS) as [Algorithm, ...Algorithm[]]
const GIB = 1024 ** 3
const [BAD_REQUEST, TOO_LARGE, UNPROCESSABLE, BAD_GATEWAY] = [400, 413, 422, 502]

const settings = configType(
  'blob-digest.config/v1',
  z.strictObject({
    type: z.string(),
    /** For resources that have no digest yet. */
    hashAlgorithm: z.enum(NAMES).default('SHA-256'),
    /** The folder that files lie in: paths are relative to it, and none leads out of it. */
    root: z.string().startsWith('/').optional(),
    maxBytes: z
      .int()
      .min(1)
      .default(16 * GIB),
  }),
)

type Digest = { readonly hashAlgorithm: string; readonly normalisationAlgorithm: string; readonly value: string }
type Stated = { readonly digest?: Digest | null | undefined }

async function digested<Of extends Stated>(resource: Of, bytes: AsyncIterable<Uint8Array>, context: CallContext) {
  const { hashAlgorithm: preferred, maxBytes } = boundsOf(context)
  const stated = resource.digest ?? undefined
  const hashAlgorithm = stated === undefined ? preferred : knownAlgorithm(stated)
  const value = await hashOf(bytes, { hashAlgorithm, maxBytes, signal: context.signal })
  if (stated !== undefined && stated.value.toLowerCase() !== value)
    throw new CallError(
      `the bytes have the ${hashAlgorithm} ${value}, and the resource says ${stated.value}`,
      UNPROCESSABLE,
    )
  return { resource: { ...resource, digest: { hashAlgorithm, normalisationAlgorithm: NORMALISATION, value } } }
}

function boundsOf({ config }: CallContext) {
  const [first = { hashAlgorithm: NAMES[0], root: undefined, maxBytes: 16 * GIB }] = config(settings)
  return first
}

function knownAlgorithm({ hashAlgorithm, normalisationAlgorithm }: Digest): Algorithm {
  const found = NAMES.find((name) => name === hashAlgorithm)
  if (found && normalisationAlgorithm === NORMALISATION) return found
  const stated = `\`${hashAlgorithm}\` of \`${normalisationAlgorithm}\``
  throw new CallError(`the digest is ${stated}, expected ${NAMES.join(' or ')} of \`${NORMALISATION}\``, BAD_REQUEST)
}

type Hashing = { readonly hashAlgorithm: Algorithm; readonly maxBytes: number; readonly signal: AbortSignal }

async function hashOf(bytes: AsyncIterable<Uint8Array>, { hashAlgorithm, maxBytes, signal }: Hashing): Promise<string> {
  const hash = createHash(ALGORITHMS[hashAlgorithm])
  let size = 0
  for await (const chunk of bytes) {
    signal.throwIfAborted()
    size += chunk.length
    if (size > maxBytes) throw new CallError(`it holds more than ${maxBytes} bytes`, TOO_LARGE)
    hash.update(chunk)
  }
  return hash.digest('hex')
}

async function bytesOfWeb(address: string, { signal }: CallContext): Promise<AsyncIterable<Uint8Array>> {
  const url = webAddress(address)
  const { status, body } = await openWeb(url, { signal })
  if (status === 200) return body
  throw new CallError(`\`${url.origin}\` answers with ${status}`, BAD_GATEWAY)
}

export const plugin = definePlugin({
  name: 'blob-digest',
  version: '1.0.0',
  summary: 'says digests of files of this machine and of the web',
  config: [settings],
  serves: [
    digestProcessorRepository({
      type: 'LocalFile/v1',
      aliases: ['LocalFile'],
      schema: z.looseObject({ type: z.string(), path: z.string().min(1) }),
      processResourceDigest: async ({ resource }, context) => {
        const path = await localPath(resource.access.path, boundsOf(context).root)
        return await digested(resource, readFileBytes(path), context)
      },
    }),
    digestProcessorRepository({
      type: 'WebFile/v1',
      aliases: ['WebFile'],
      schema: z.looseObject({ type: z.string(), url: z.string().min(1) }),
      processResourceDigest: async ({ resource }, context) =>
        await digested(resource, await bytesOfWeb(resource.access.url, context), context),
    }),
  ],
})
