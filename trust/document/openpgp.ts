// Detached OpenPGP signatures of documents, by keys that are good today: the bytes as they are, one signature, no old
// algorithms, nothing that is expired or revoked. The library reads more than that; what it would let through is refused here.
import type { Config, Key, Signature } from 'openpgp'
import type { OpenPgpKey } from '../../schemas/document-key.ts'
import { parseFingerprint, shownFingerprint } from '../../schemas/document-key.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { malformed, requireOnePacket, requireSignatureArmour } from './armour.ts'

const MAX_KEY_BYTES = 64 * 1024

/** Loaded by those who have such a document, as it takes longer than all of octo. */
const load = () => import('openpgp')
type Library = Awaited<ReturnType<typeof load>>

/** Said in whole, so that another default of the library changes nothing. */
function strict({ config, enums }: Library): Config {
  const { hash, publicKey, curve } = enums
  const weakHashes = new Set([hash.md5, hash.sha1, hash.ripemd])
  return {
    ...config,
    rejectHashAlgorithms: weakHashes,
    rejectMessageHashAlgorithms: weakHashes,
    rejectPublicKeyAlgorithms: new Set([publicKey.elgamal, publicKey.dsa]),
    rejectCurves: new Set([curve.secp256k1]),
    minRSABits: 2047,
    ignoreUnsupportedPackets: false,
    ignoreMalformedPackets: false,
    knownNotations: [],
    allowInsecureVerificationWithReformattedKeys: false,
    allowMissingKeyFlags: false,
  } as Config
}

type KnownKey = OpenPgpKey & {
  /** What the key says of its owner, which anybody may write into a key. */
  readonly names: readonly string[]
  readonly createdAt: number
  readonly expiresAt?: number
}

/** Reads one public key in its armour; throws KEY_UNREADABLE, also for one that is expired, revoked or weak. */
export async function readOpenPgpKey(text: string, source: string, now: number): Promise<KnownKey> {
  const library = await load()
  const config = strict(library)
  const key = await keyIn(text, source, library)
  try {
    await key.getSigningKey(undefined, new Date(now), undefined, config)
  } catch (error) {
    throw unreadable(source, `holds a key that cannot sign today: ${reasonOf(error)}`, error)
  }
  const expires = await key.getExpirationTime(undefined, config)
  return {
    kind: 'openpgp',
    fingerprint: key.getFingerprint().toUpperCase(),
    armored: key.toPublic().armor(config),
    names: key.getUserIDs().map((name) => printable(name, 200)),
    createdAt: key.getCreationTime().getTime(),
    ...(expires instanceof Date ? { expiresAt: expires.getTime() } : {}),
  }
}

async function keyIn(text: string, source: string, { readKeys }: Library): Promise<Key> {
  if (text.includes('PRIVATE KEY')) throw isPrivate(source)
  if (text.length > MAX_KEY_BYTES) throw unreadable(source, `is larger than ${MAX_KEY_BYTES} bytes`)
  if (text.match(/-----BEGIN /g)?.length !== 1) throw unreadable(source, 'holds no key of OpenPGP, or several')
  const keys = await readKeys({ armoredKeys: text.trim() }).catch((error: unknown) => {
    throw unreadable(source, `cannot be read: ${reasonOf(error)}`, error)
  })
  const [key, ...others] = keys
  if (!key || others.length > 0) throw unreadable(source, `holds ${keys.length} keys`)
  if (key.isPrivate()) throw isPrivate(source)
  return key
}

type OpenPgpClaim = {
  /** Text of the `.asc`. */
  readonly signature: string
  /** The signed bytes. */
  readonly bytes: Uint8Array
  readonly keys: readonly OpenPgpKey[]
  /** Milliseconds since 1970: there is no clock in here. */
  readonly now: number
  /** What errors call the signature and the document. */
  readonly source: string
  readonly document: string
}

type ProvenSignature = { readonly signer: string; readonly signedAt: number }

/** Throws SIGNATURE_MALFORMED, SIGNER_NOT_ALLOWED or SIGNATURE_INVALID. */
export async function verifyOpenPgp(claim: OpenPgpClaim): Promise<ProvenSignature> {
  const { source } = claim
  requireSignatureArmour(claim.signature, source)
  const library = await load()
  const config = strict(library)
  const signature = await signatureIn(claim.signature, source, library, config)
  const key = await signerOf(signature, claim, library)
  const at = new Date(claim.now)
  try {
    const [packet] = signature.packets
    await key.getSigningKey(packet?.issuerKeyID, at, undefined, config)
  } catch (error) {
    throw notAllowed(
      claim,
      `is signed by key ${quote(fingerprintOf(key))}, which does not count today: ${reasonOf(error)}`,
      error,
    )
  }
  const message = await library.createMessage({ binary: claim.bytes })
  const { signatures } = await library.verify({ message, signature, verificationKeys: key, date: at, config })
  const [found] = signatures
  if (!found) throw malformed(source, 'is not one signature')
  try {
    await found.verified
  } catch (error) {
    throw coded('SIGNATURE_INVALID', {
      message: `${quote(source)} is no good signature of ${quote(claim.document)} by key ${quote(fingerprintOf(key))}: ${reasonOf(error)}`,
      details: { source, document: claim.document, key: fingerprintOf(key) },
      hint: 'ask whoever publishes the document: one of the two files was changed, or they were not published together',
      cause: error,
    })
  }
  return { signer: fingerprintOf(key), signedAt: signature.packets[0]?.created?.getTime() ?? 0 }
}

async function signatureIn(text: string, source: string, library: Library, config: Config): Promise<Signature> {
  try {
    const { data } = await library.unarmor(text.trim(), config)
    const bytes = data as Uint8Array
    requireOnePacket(bytes, source)
    const signature = await library.readSignature({ binarySignature: bytes, config })
    const [packet] = signature.packets
    if (signature.packets.length !== 1) throw malformed(source, 'holds no signature that can be read')
    // A signature of text counts for other line ends too, and so not for these bytes alone.
    if (packet?.signatureType !== library.enums.signature.binary)
      throw malformed(source, 'signs something else than bytes')
    return signature
  } catch (error) {
    throw isCoded(error, 'SIGNATURE_MALFORMED') ? error : malformed(source, `cannot be read: ${reasonOf(error)}`, error)
  }
}

/** Key ids are short and can be forged: they only choose the key that has to have made the signature. */
async function signerOf(signature: Signature, claim: OpenPgpClaim, library: Library): Promise<Key> {
  const [packet] = signature.packets
  const named = packet?.issuerFingerprint
    ? Buffer.from(packet.issuerFingerprint).toString('hex').toUpperCase()
    : undefined
  for (const { armored, fingerprint } of claim.keys) {
    const key = await keyIn(armored, 'a trusted key', library)
    if (fingerprintOf(key) !== fingerprint)
      throw notAllowed(claim, `needs a key that is kept as ${quote(fingerprint)} and is another one`)
    if (packet && key.getKeys(packet.issuerKeyID).length > 0) return key
  }
  throw notAllowed(
    claim,
    `is signed by key ${quote(named ?? packet?.issuerKeyID.toHex().toUpperCase() ?? '')}, which is not trusted for it`,
  )
}

function fingerprintOf(key: Key): string {
  return parseFingerprint(key.getFingerprint()) ?? ''
}

/** The library's words, whose long ones hold parts of the input. */
function reasonOf(error: unknown): string {
  return printable(error instanceof Error ? error.message.replace(/^Error: /, '') : String(error), 200)
}

function notAllowed({ source, document, keys }: OpenPgpClaim, problem: string, cause?: unknown): Error {
  return coded('SIGNER_NOT_ALLOWED', {
    message: `${quote(source)} ${problem}`,
    details: { source, document, trusted: keys.map(({ fingerprint }) => shownFingerprint(fingerprint)) },
    hint: 'trust another key only after asking its owner for the fingerprint on another way: `octo trust add KEYFILE ADDRESS`',
    cause,
  })
}

function isPrivate(source: string): Error {
  return coded('KEY_UNREADABLE', {
    message: `${quote(source)} holds a private key, expected the public one`,
    hint: 'give what `gpg --armor --export KEY` writes, and keep the private one where it is',
  })
}

function unreadable(source: string, problem: string, cause?: unknown): Error {
  return coded('KEY_UNREADABLE', {
    message: `${quote(source)} ${problem}, expected one public key of OpenPGP in its armour`,
    hint: '`gpg --armor --export KEY` writes it',
    cause,
  })
}
