// Reads the private key that signs: from a file only its owner can read, or from the environment of a CI job. Never from
// the command line, where every process of the machine can see it.
import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { decodeText } from '../../schemas/text.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'

export type SigningKey = { readonly privateKey: KeyObject; readonly trustKey: TrustKey }

export type KeyRequest = {
  /** `--key FILE`. */
  readonly file?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Asked only when the key is encrypted and the environment has no passphrase; absent where nobody can be asked. */
  readonly askPassphrase?: (() => Promise<string>) | undefined
}

const MAX_KEY_BYTES = 16 * 1024

/** Throws KEY_UNREADABLE when there is no key, when others can read it, or when it is of a kind that is not accepted. */
export async function readSigningKey(request: KeyRequest): Promise<SigningKey> {
  const { pem, source } = await findKey(request)
  const privateKey = await openKey(pem, source, request)
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  return { privateKey, trustKey: parsePublicKey(publicPem, source) }
}

type FoundKey = { readonly pem: string; readonly source: string }

async function findKey({ file, env }: KeyRequest): Promise<FoundKey> {
  const path = file ?? env.OCTO_SIGNING_KEY_FILE
  if (path) return { pem: await readKeyFile(path), source: path }
  if (env.OCTO_SIGNING_KEY) return { pem: env.OCTO_SIGNING_KEY, source: 'OCTO_SIGNING_KEY' }
  throw coded('KEY_UNREADABLE', {
    message: 'no signing key was given',
    hint: 'pass `--key FILE`, or set OCTO_SIGNING_KEY_FILE; `octo keygen` makes a key',
  })
}

async function readKeyFile(path: string): Promise<string> {
  try {
    const stats = await stat(path)
    if (stats.size > MAX_KEY_BYTES) throw unreadable(path, undefined)
    const pem = await readFile(path, 'utf8')
    // Windows has no such bits: there the file's access list counts. What holds no private key may be read by all.
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0 && isPrivate(pem)) throw exposed(path, stats.mode)
    return pem
  } catch (error) {
    if (error instanceof Error && 'errno' in error) throw missing(path, error)
    throw error
  }
}

async function openKey(pem: string, source: string, { env, askPassphrase }: KeyRequest): Promise<KeyObject> {
  const encrypted = pem.includes('ENCRYPTED')
  const passphrase = encrypted ? await findPassphrase(source, env, askPassphrase) : undefined
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    // OpenSSL's own error says nothing more and its object may carry the key.
    throw encrypted ? locked(source) : unreadable(source, pem)
  }
}

function isPrivate(pem: string): boolean {
  return pem.includes('PRIVATE KEY')
}

async function findPassphrase(source: string, env: KeyRequest['env'], ask: KeyRequest['askPassphrase']) {
  if (env.OCTO_KEY_PASSPHRASE !== undefined) return env.OCTO_KEY_PASSPHRASE
  if (env.OCTO_KEY_PASSPHRASE_FILE) return readPassphraseFile(env.OCTO_KEY_PASSPHRASE_FILE)
  if (ask) return ask()
  throw coded('KEY_UNREADABLE', {
    message: `key ${quote(source)} is encrypted and no passphrase was given`,
    hint: 'set OCTO_KEY_PASSPHRASE_FILE or OCTO_KEY_PASSPHRASE',
  })
}

/** The first line of the file. */
export async function readPassphraseFile(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error) => {
    throw coded('FILE_NOT_FOUND', { message: `the passphrase file ${quote(path)} cannot be read`, cause: error })
  })
  return decodeText(bytes, path).split(/\r?\n/, 1)[0] ?? ''
}

function exposed(path: string, mode: number): Error {
  const found = (mode & 0o777).toString(8).padStart(4, '0')
  return coded('KEY_UNREADABLE', {
    message: `other users can read the signing key ${quote(path)}, expected mode 0600, found ${found}`,
    details: { path, expected: '0600', found },
    hint: `\`chmod 600 ${shellWord(path)}\`, or make a new key when others may have read it`,
  })
}

function missing(path: string, cause: unknown): Error {
  return coded('KEY_UNREADABLE', {
    message: `the signing key ${quote(path)} cannot be read`,
    hint: `name the private key with \`--key FILE\`; \`octo keygen --out ${shellWord(path.replace(/\.key$/, ''))}\` makes a new one`,
    cause,
  })
}

/** OpenSSL does not say whether the passphrase or the file is at fault. */
function locked(source: string): Error {
  return coded('KEY_UNREADABLE', {
    message: `the encrypted key ${quote(source)} does not open with this passphrase`,
    hint: 'check the passphrase in OCTO_KEY_PASSPHRASE or the file that OCTO_KEY_PASSPHRASE_FILE names',
  })
}

function unreadable(source: string, pem: string | undefined): Error {
  const found = pem?.includes('PUBLIC KEY') ? 'a public key' : 'something else'
  return coded('KEY_UNREADABLE', {
    message: `${quote(source)} holds no private key that can sign, expected PKCS #8 in PEM, found ${found}`,
    hint: 'pass the private key, which `octo keygen` writes to NAME.key beside the public NAME.pub',
  })
}
