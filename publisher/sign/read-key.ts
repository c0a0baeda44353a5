// Reads the private key that signs: from a file only its owner can read, or from the environment of a CI job. Never from
// the command line, where every process of the machine can see it.
import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { textOfSecret } from '../../credentials/secret-text.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import type { TrustKey } from '../../schemas/trust-key.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import { isErrno } from '../../system/errno.ts'
import { fileBehind, readGivenBytes, readGivenFile } from '../../system/files/given-file.ts'
import type { Exposure } from '../../system/files/private-file.ts'
import { exposureOf } from '../../system/files/private-file.ts'
import { pemOf, pemOfDer } from './pem-text.ts'

export type SigningKey = { readonly privateKey: KeyObject; readonly trustKey: TrustKey }

type KeyRequest = {
  /** `--key FILE`. */
  readonly file?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Asked only when the key is encrypted and the environment has no passphrase; absent where nobody can be asked. */
  readonly askPassphrase?: (() => Promise<string>) | undefined
}

const MAX_KEY_BYTES = 16 * 1024
const STANDARD_INPUT = '/dev/stdin'

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
  if (path === '-') return { pem: await readKeyFile(STANDARD_INPUT), source: 'standard input' }
  if (path) return { pem: await readKeyFile(path), source: path }
  if (env.OCTO_SIGNING_KEY?.trim()) return { pem: env.OCTO_SIGNING_KEY, source: 'OCTO_SIGNING_KEY' }
  const empty = ['OCTO_SIGNING_KEY', 'OCTO_SIGNING_KEY_FILE'].find((variable) => env[variable] !== undefined)
  throw coded('KEY_UNREADABLE', {
    message: `no signing key was given${empty === undefined ? '' : `: ${quote(empty)} is set and empty`}`,
    hint:
      empty === undefined
        ? 'pass `--key FILE`, or set OCTO_SIGNING_KEY_FILE; `octo keygen` makes a key'
        : `give ${empty} its value: pipelines leave secrets empty that they do not have, and for forks and branches that are not protected`,
  })
}

async function readKeyFile(path: string): Promise<string> {
  const { text, exposure } = onDisk(path)
  // What everybody may read anyway needs no protection: it is the wrong file.
  if (isPublicKey(pemOf(text))) throw unreadable(path, text)
  if (exposure) throw exposed(path, exposure)
  return text
}

function onDisk(path: string): { readonly text: string; readonly exposure: Exposure | undefined } {
  try {
    const bytes = readGivenBytes(path, MAX_KEY_BYTES)
    return { text: pemOfDer(bytes) ?? textOfSecret(bytes, path), exposure: exposureOf(path) }
  } catch (error) {
    if (error instanceof Error && 'errno' in error) throw missing(path, error)
    throw isCoded(error) ? unreadable(path, undefined) : error
  }
}

async function openKey(text: string, source: string, { env, askPassphrase }: KeyRequest): Promise<KeyObject> {
  const pem = pemOf(text)
  if (isPublicKey(pem)) throw unreadable(source, pem)
  const encrypted = pem.includes('ENCRYPTED')
  const passphrase = encrypted ? await findPassphrase(source, env, askPassphrase) : undefined
  try {
    return createPrivateKey({ key: pem, format: 'pem', passphrase })
  } catch {
    // OpenSSL's own error says nothing more and its object may carry the key.
    throw encrypted ? locked(source) : unreadable(source, pem)
  }
}

function isPublicKey(text: string): boolean {
  return text.includes('-----BEGIN PUBLIC KEY-----')
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

/** The first line of the file, which others may not read. */
export async function readPassphraseFile(path: string): Promise<string> {
  const hint = 'name the file whose first line is the passphrase, or set OCTO_KEY_PASSPHRASE'
  const text = textOfSecret(readGivenFile(path, { what: 'the passphrase file', maxBytes: MAX_KEY_BYTES, hint }), path)
  const exposure = exposureOf(path)
  if (exposure) throw exposedPassphrase(path, exposure)
  const [passphrase] = text.split(/\r?\n/, 1)
  if (passphrase) return passphrase
  // It would seem to keep the key, and keep it from nobody.
  throw coded('KEY_UNREADABLE', { message: `the first line of the passphrase file ${quote(path)} is empty`, hint })
}

function exposed(path: string, { mode, isMounted }: Exposure): Error {
  const { name, fix } = placeOf(path)
  const hint = isMounted
    ? `give the key's text in OCTO_SIGNING_KEY instead, or where the file may be changed: ${fix}`
    : `${fix}, or make a new key when others may have read it`
  return coded('KEY_UNREADABLE', {
    message: `other users can read the signing key ${name}, expected mode 0600, found ${mode}`,
    details: { path, expected: '0600', found: mode },
    hint,
  })
}

function exposedPassphrase(path: string, { mode, isMounted }: Exposure): Error {
  const { name, fix } = placeOf(path)
  return coded('KEY_UNREADABLE', {
    message: `other users can read the passphrase in ${name}, expected mode 0600, found ${mode}`,
    details: { path, expected: '0600', found: mode },
    hint: isMounted ? `set OCTO_KEY_PASSPHRASE instead, or ${fix}` : fix,
  })
}

/** The mode is that of the file, also where a shell opened it: nobody changes `/dev/stdin`. */
function placeOf(path: string): { readonly name: string; readonly fix: string } {
  const file = fileBehind(path)
  return { name: quote(file ?? path), fix: `\`chmod 600 ${shellWord(file ?? 'FILE')}\`` }
}

function missing(path: string, cause: unknown): Error {
  const own = `name a private key of your own with \`--key FILE\`; \`ls -l ${shellWord(path)}\` shows whose this one is`
  return coded('KEY_UNREADABLE', {
    message: `the signing key ${quote(path)} cannot be read`,
    hint: isErrno(cause, 'EACCES', 'EPERM')
      ? own
      : `name the private key with \`--key FILE\`; \`octo keygen --out ${shellWord(path.replace(/\.key$/, ''))}\` makes a new one`,
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
