// The door for releases: is this bundle a good signature, by a pinned key, over a statement about exactly this release?
import type { Digest } from '../../schemas/digest.ts'
import { digestOf } from '../../schemas/digest.ts'
import { coded } from '../../schemas/errors.ts'
import type { Name } from '../../schemas/name.ts'
import { quote } from '../../schemas/quote.ts'
import { releaseName } from '../../schemas/release-name.ts'
import type { ReleasePredicate, ReleaseStatement } from '../../schemas/release-statement.ts'
import { parseReleaseStatement, subjectDigests } from '../../schemas/release-statement.ts'
import { decodeText } from '../../schemas/text.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import type { Version } from '../../schemas/version.ts'
import { parseBundle, verifyPayload } from './bundle.ts'
import type { Admission, SeenAt } from './keyring.ts'
import { admitKey } from './keyring.ts'

declare const verifiedBrand: unique symbol

/** A release that is proven: whatever is executed or shown comes from here, never from an index. */
export type VerifiedRelease = {
  readonly statement: ReleaseStatement
  readonly predicate: ReleasePredicate
  /** Id of the key that signed. */
  readonly signer: Digest
  /** Identity of the bundle's bytes. */
  readonly bundleDigest: Digest
  /** What admitted the signer. */
  readonly admission: Admission
  readonly [verifiedBrand]: true
}

export type ReleaseIdentity = { readonly repo: Name; readonly plugin: Name; readonly version: Version }

export type ReleaseClaim = {
  /** Text of release.sigstore.json. */
  readonly bundle: string
  readonly keyring: readonly TrustKey[]
  readonly expected: ReleaseIdentity
  /** There is no clock in here. */
  readonly at: SeenAt
  /** What errors call the bundle: a file or URL. */
  readonly source: string
}

/**
 * Throws BUNDLE_MALFORMED, KEYRING_EMPTY, SIGNER_NOT_ALLOWED, SIGNATURE_INVALID or STATEMENT_MISMATCH.
 * The statement is not looked at before its signature is good.
 */
export function verifyRelease({ bundle: text, keyring, expected, at, source }: ReleaseClaim): VerifiedRelease {
  const bundle = parseBundle(text, source)
  const key = admitKey(keyring, bundle.verificationMaterial.publicKey.hint, at, source)
  const payload = verifyPayload(bundle, key, source)
  const statement = readStatement(payload, source)
  requireIdentity(statement.predicate, expected, source)
  requireSubjects(statement, source)
  const { id: signer, admission } = key
  const proven = { statement, predicate: statement.predicate, signer, admission, bundleDigest: digestOf(text) }
  return proven as VerifiedRelease
}

function readStatement(payload: Buffer, source: string): ReleaseStatement {
  try {
    return parseReleaseStatement(decodeText(payload, source), source)
  } catch (error) {
    throw coded('STATEMENT_MISMATCH', {
      message: `${quote(source)} is signed, and its statement is not an octo release: ${error instanceof Error ? error.message : 'it cannot be read'}`,
      details: { source },
      cause: error,
    })
  }
}

function requireIdentity(found: ReleasePredicate, expected: ReleaseIdentity, source: string): void {
  if (found.repo === expected.repo && found.plugin === expected.plugin && found.version === expected.version) return
  const [wanted, got] = [expected, found].map(({ repo, plugin, version }) => releaseName({ repo, plugin, version }))
  throw coded('STATEMENT_MISMATCH', {
    message: `${quote(source)} proves another release, expected ${quote(wanted)}, found ${quote(got)}`,
    details: { source, expected: wanted, found: got },
  })
}

/** Subjects and platforms must say the same, file by file: nothing unsigned is described, nothing signed is left out. */
function requireSubjects(statement: ReleaseStatement, source: string): void {
  const artifacts = Object.values(statement.predicate.platforms)
  const subjects = subjectDigests(statement)
  const files = new Set(artifacts.map(({ file }) => file))
  const agree =
    artifacts.length > 0 &&
    files.size === artifacts.length &&
    subjects.size === statement.subject.length &&
    subjects.size === artifacts.length &&
    artifacts.every(({ file, digest }) => subjects.get(file) === digest)
  if (agree) return
  throw coded('STATEMENT_MISMATCH', {
    message: `${quote(source)} names other files as its subjects than its platforms describe`,
    details: { source, subjects: [...subjects.keys()], files: [...files] },
  })
}
