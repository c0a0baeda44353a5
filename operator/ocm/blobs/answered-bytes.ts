// Whether the bytes of a file that a plugin answered with are all that it had, and those that the answer itself says they are. A plugin
// that is cut short, or hands over another file than it found, is not to pass for one that answered well.
import { createHash } from 'node:crypto'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'

type Stated = { readonly algorithm: string; readonly value: string }
type Promised = {
  /** As the plugin named it. */
  readonly file: string
  readonly size: number
  /** Absent where the answer says no digest of bytes. */
  readonly digest?: Stated | undefined
}

/** As OCM calls them, and as Node does. Of another normalisation, a digest is not one of the bytes as they are. */
const ALGORITHMS: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', 'SHA-512': 'sha512' }
const NORMALISATION = 'genericBlobDigest/v1'

/** What an answer says of its bytes: by the resource that it carries. */
export function statedDigest(answer: unknown): Stated | undefined {
  const { resource } = answer as { readonly resource?: { readonly digest?: Readonly<Record<string, unknown>> | null } }
  const { hashAlgorithm, normalisationAlgorithm, value } = resource?.digest ?? {}
  const algorithm = Object.hasOwn(ALGORITHMS, String(hashAlgorithm)) ? ALGORITHMS[String(hashAlgorithm)] : undefined
  if (algorithm === undefined || normalisationAlgorithm !== NORMALISATION) return undefined
  return { algorithm, value: String(value).toLowerCase() }
}

/** The same chunks; throws PLUGIN_ANSWER_INVALID before the first byte too many, or behind the last where they were not the promised. */
export async function* asPromised(
  chunks: AsyncIterable<Uint8Array>,
  { file, size, digest }: Promised,
): AsyncGenerator<Uint8Array> {
  const hash = digest && createHash(digest.algorithm)
  let found = 0
  for await (const chunk of chunks) {
    found += chunk.length
    if (found > size) throw otherSize(file, size, `at least ${found}`)
    hash?.update(chunk)
    yield chunk
  }
  if (found < size) throw otherSize(file, size, String(found))
  const value = hash?.digest('hex')
  if (digest && value !== digest.value)
    throw invalid(
      file,
      `has other bytes than it says, expected the ${digest.algorithm} ${quote(digest.value)}, found ${quote(String(value))}`,
      digest.value,
      value,
    )
}

function otherSize(file: string, size: number, found: string): Error {
  return invalid(file, `was changed while it was read, expected ${size} bytes, found ${found}`, size, found)
}

function invalid(file: string, problem: string, expected: unknown, found: unknown): Error {
  return coded('PLUGIN_ANSWER_INVALID', {
    message: `the file ${quote(file)} that the plugin answered with ${problem}`,
    details: { file, expected, found },
  })
}
