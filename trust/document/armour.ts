// The armour of OpenPGP, read strictly: one block of the kind that is wanted, nothing around it, and one packet in a signature.
// Readers of OpenPGP skip what they do not know, so that two of them may take one file for two things.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'

const MAX_SIGNATURE_BYTES = 16 * 1024

const SIGNATURE = /^\s*-----BEGIN PGP SIGNATURE-----\r?\n[\x20-\x7e\t\r\n]*?-----END PGP SIGNATURE-----\s*$/

/** Throws SIGNATURE_MALFORMED for anything but the armour of one detached signature. */
export function requireSignatureArmour(text: string, source: string): void {
  if (text.length > MAX_SIGNATURE_BYTES) throw malformed(source, `is larger than ${MAX_SIGNATURE_BYTES} bytes`)
  if (text.includes('-----BEGIN PGP SIGNED MESSAGE-----')) throw malformed(source, 'holds a signed text')
  const blocks = text.match(/-----BEGIN /g)?.length ?? 0
  if (blocks > 1) throw malformed(source, `holds ${blocks} blocks`)
  if (!SIGNATURE.test(text)) throw malformed(source, 'holds no `-----BEGIN PGP SIGNATURE-----`, or more than that')
}

const SIGNATURE_TAG = 2

/** Throws SIGNATURE_MALFORMED where the bytes are not one packet with a signature, from the first byte to the last. */
export function requireOnePacket(bytes: Uint8Array, source: string): void {
  const [first = 0] = bytes
  const isNew = (first & 0xc0) === 0xc0
  const tag = isNew ? first & 0x3f : (first & 0x3c) >> 2
  if ((first & 0x80) === 0 || tag !== SIGNATURE_TAG) throw malformed(source, 'begins with another packet')
  const end = isNew ? endOfNew(bytes) : endOfOld(bytes, first & 3)
  if (end === undefined) throw malformed(source, 'has a packet without a definite length')
  if (end !== bytes.length) throw malformed(source, 'holds more than one packet, or a part of one')
}

function endOfNew(bytes: Uint8Array): number | undefined {
  const [, one = 0, two = 0] = bytes
  if (one < 192) return 2 + one
  if (one < 224) return 3 + ((one - 192) << 8) + two + 192
  return one === 255 ? 6 + numberAt(bytes, 2, 4) : undefined
}

function endOfOld(bytes: Uint8Array, kind: number): number | undefined {
  const width = [1, 2, 4][kind]
  return width === undefined ? undefined : 1 + width + numberAt(bytes, 1, width)
}

function numberAt(bytes: Uint8Array, start: number, width: number): number {
  return bytes.slice(start, start + width).reduce((sum, byte) => sum * 256 + byte, 0)
}

export function malformed(source: string, problem: string, cause?: unknown): Error {
  return coded('SIGNATURE_MALFORMED', {
    message: `${quote(source)} ${problem}, expected one detached signature of OpenPGP in its armour`,
    details: { source },
    hint: 'whoever publishes the document makes one by `gpg --armor --detach-sign FILE`',
    cause,
  })
}
