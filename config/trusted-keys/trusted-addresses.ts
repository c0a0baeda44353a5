// Which of the keys that a user trusts are for a document, by its address, and which a text names.
import { posix } from 'node:path'
import type { DocumentKey } from '../../schemas/document-key.ts'
import { documentKeyId, parseFingerprint } from '../../schemas/document-key.ts'
import { bareHost } from '../../system/http/loopback.ts'

export type TrustedKey = {
  readonly key: DocumentKey
  /** Documents, and folders that end in `/`. */
  readonly addresses: readonly string[]
  /** What the key says of its owner. */
  readonly names: readonly string[]
}

/** Keys for a document; a folder counts for all that lies below it, whatever scheme and query it is asked for with. */
export function keysTrustedFor(keys: readonly TrustedKey[], url: string): readonly DocumentKey[] {
  return keys.filter(({ addresses }) => addresses.some((address) => covers(address, url))).map(({ key }) => key)
}

/** Other spellings of one address, also of the trusted one, must not lead around the signature that it needs. */
function covers(address: string, url: string): boolean {
  if (!URL.canParse(address) || !URL.canParse(url)) return false
  const [known, asked] = [new URL(address), new URL(url)]
  if (bareHost(known.hostname) !== bareHost(asked.hostname) || portOf(known) !== portOf(asked)) return false
  const folders = pathsOf(known)
  return pathsOf(asked).some((path) =>
    folders.some((folder) => (folder.endsWith('/') ? path.startsWith(folder) : path === folder)),
  )
}

/** The two usual ports are those of one server. */
function portOf({ port }: URL): string {
  return port === '443' || port === '80' ? '' : port
}

/**
 * Servers differ in whether `%2F..` leads up, `%5C` is a slash, `//` one or two of them, and `;x` belongs to the name: wherever one of them
 * would look, the signature is needed.
 */
function pathsOf(url: URL): readonly string[] {
  const path = decodedPath(url)
  const slashed = path.replaceAll('\\', '/')
  const read = [path, slashed, slashed.replace(/;[^/]*/g, '')]
  return read.flatMap((one) => [merged(one), posix.normalize(one), merged(resolved(one))])
}

function merged(path: string): string {
  return path.replace(/\/{2,}/g, '/')
}

/** As a server does it for which nothing between two slashes is a folder, too. */
function resolved(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/'))
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  return parts.join('/')
}

/** Byte by byte, as a server does it: not all of them have to be a text. */
function decodedPath({ pathname }: URL): string {
  return pathname.replace(/%[0-9a-f]{2}/gi, (byte) => String.fromCharCode(Number.parseInt(byte.slice(1), 16)))
}

/** The keys that a text names: a whole fingerprint or id, or the end of one. */
export function keysNamed(keys: readonly TrustedKey[], text: string): readonly TrustedKey[] {
  const wanted = (parseFingerprint(text) ?? text.replace(/[\s:]|^0x/g, '')).toUpperCase()
  return keys.filter(({ key }) => {
    const id = documentKeyId(key).replace(/:/g, '').toUpperCase()
    return id === wanted || (wanted.length >= 16 && id.endsWith(wanted))
  })
}
