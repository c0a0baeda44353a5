// Who signs a release: a key that octo holds, or somebody else who signed octo's statement already, such as a KMS.
import { coded } from '../../schemas/errors.ts'
import { stableJson } from '../../schemas/json.ts'
import { LIMITS } from '../../schemas/limits.ts'
import { quote } from '../../schemas/quote.ts'
import type { ReleasePredicate } from '../../schemas/release-statement.ts'
import { decodeText } from '../../schemas/text.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import { readGivenFile } from '../../system/files/given-file.ts'
import { verifyForPublisher } from '../../trust/release/verify-for-publisher.ts'
import type { VerifiedRelease } from '../../trust/release/verify-release.ts'
import type { SigningKey } from './read-key.ts'
import { signRelease } from './sign-release.ts'

export type ReleaseSigner = {
  /** What the signature is proven with, here and as the registry serves it. */
  readonly trustKey: TrustKey
  /** The bundle as it is uploaded, proven. `out` is the folder of the artifacts. */
  sign(
    out: string,
    predicate: ReleasePredicate,
  ): Promise<{ readonly release: VerifiedRelease; readonly bundle: string }>
}

export function signerWithKey(key: SigningKey): ReleaseSigner {
  return { trustKey: key.trustKey, sign: (out, predicate) => signRelease(out, predicate, key) }
}

/**
 * A signer whose signature was made elsewhere. Throws FILE_NOT_FOUND or KEY_UNREADABLE; `sign` throws what verifyRelease
 * throws, and STATEMENT_MISMATCH where the bundle signs something else than what is to be published.
 */
export async function signerWithBundle(bundleFile: string, publicKeyFile: string): Promise<ReleaseSigner> {
  const trustKey = parsePublicKey(readText(publicKeyFile, 'public key file'), publicKeyFile)
  const bundle = readText(bundleFile, 'bundle file')
  const otherHalf = `${quote(publicKeyFile)} is not the public half of the key that signed: give that one as \`--key\``
  return {
    trustKey,
    async sign(_out, predicate) {
      const claim = { bundle, keyring: [trustKey], expected: predicate, at: Date.now(), source: bundleFile }
      const release = verifyForPublisher(claim, otherHalf)
      if (stableJson(release.predicate) !== stableJson(predicate))
        throw signsSomethingElse(bundleFile, release, predicate)
      return { release, bundle }
    },
  }
}

const HINTS = {
  'public key file': 'name the public key of whoever signed with `--key FILE`',
  'bundle file':
    '`octo sign --statement FILE` writes what has to be signed, and the signature is given with `--bundle FILE`',
}

function readText(path: string, what: keyof typeof HINTS): string {
  return decodeText(readGivenFile(path, { what, maxBytes: LIMITS.bundleBytes, hint: HINTS[what] }), path)
}

function signsSomethingElse(source: string, { predicate: found }: VerifiedRelease, expected: ReleasePredicate): Error {
  const platforms = [...new Set([...Object.keys(found.platforms), ...Object.keys(expected.platforms)])].sort()
  const digestIn = ({ platforms: all }: ReleasePredicate, key: string) =>
    all[key as keyof typeof all]?.digest ?? 'nothing'
  const different = platforms
    .filter((key) => digestIn(found, key) !== digestIn(expected, key))
    .map((key) => `${key}: expected ${digestIn(expected, key)}, found ${digestIn(found, key)}`)
  return coded('STATEMENT_MISMATCH', {
    message: `${quote(source)} signs something else than what lies in dist`,
    details: { different: different.length > 0 ? different : ['plugin.yaml: other words'] },
    hint: '`octo sign --statement statement.json` writes what must be signed',
  })
}
