// Keys as `octo keygen` writes them: the private one from a file that only its owner may read, or from the host's credentials; public
// ones as texts or files.
import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { TrustKey } from '../../../sdk/keys.ts'
import { parsePublicKey } from '../../../sdk/keys.ts'
import { CallError } from '../../../sdk/service/index.ts'

export type SigningKey = { readonly privateKey: KeyObject; readonly publicKey: TrustKey }

/** Of the host's credentials. */
type Secrets = { readonly privateKey?: string; readonly passphrase?: string }

const MAX_KEY_BYTES = 16 * 1024
const [BAD_REQUEST, UNAUTHORIZED, FORBIDDEN] = [400, 401, 403]

/** Throws a CallError, which repeats nothing of the key. */
export async function readPrivateKey(
  file: string | undefined,
  { privateKey, passphrase }: Secrets,
): Promise<SigningKey> {
  if (file === undefined && privateKey === undefined)
    throw new CallError('no key to sign with: name a `keyFile`, or give credentials with `privateKey`', UNAUTHORIZED)
  const text = file === undefined ? (privateKey ?? '') : await readPrivateFile(file)
  const source = file ?? 'privateKey'
  const key = openKey(text, { source, passphrase })
  const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
  return { privateKey: key, publicKey: publicKeyOf(pem, source) }
}

type Opening = { readonly source: string; readonly passphrase: string | undefined }

function openKey(key: string, { source, passphrase }: Opening): KeyObject {
  try {
    return createPrivateKey({ key, format: 'pem', passphrase })
  } catch {
    // OpenSSL's own error says nothing more, and its object may carry the key.
    throw new CallError(
      `\`${source}\` is no private key in PEM, or its \`passphrase\` is missing or wrong`,
      BAD_REQUEST,
    )
  }
}

/** At least one; throws a CallError. */
export async function readPublicKeys(given: {
  readonly publicKeys: readonly string[]
  readonly publicKeyFiles: readonly string[]
}): Promise<readonly TrustKey[]> {
  const files = await Promise.all(
    given.publicKeyFiles.map(async (file) => [file, (await readKeyFile(file)).text] as const),
  )
  const texts = [...given.publicKeys.map((text) => ['publicKeys', text] as const), ...files]
  if (texts.length === 0)
    throw new CallError('no key to verify with: name `publicKeys` or `publicKeyFiles`', BAD_REQUEST)
  return texts.map(([source, text]) => publicKeyOf(text, source))
}

function publicKeyOf(text: string, source: string): TrustKey {
  try {
    return parsePublicKey(text, source)
  } catch (error) {
    throw new CallError(error instanceof Error ? error.message : String(error), BAD_REQUEST)
  }
}

async function readPrivateFile(path: string): Promise<string> {
  const { text, mode } = await readKeyFile(path)
  if (process.platform === 'win32' || (mode & 0o077) === 0) return text
  throw new CallError(`other users can read \`${path}\`, expected the mode 0600`, FORBIDDEN)
}

async function readKeyFile(path: string): Promise<{ readonly text: string; readonly mode: number }> {
  try {
    await using file = await open(path)
    const stats = await file.stat()
    if (!stats.isFile() || stats.size > MAX_KEY_BYTES)
      throw new CallError(`\`${path}\` is no file with a key`, BAD_REQUEST)
    return { text: await file.readFile('utf8'), mode: stats.mode }
  } catch (cause) {
    if (cause instanceof CallError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    throw new CallError(`\`${path}\` cannot be read (${code})`, BAD_REQUEST, { cause })
  }
}
