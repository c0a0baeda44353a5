// Keys that this user trusts to sign config documents, each for some addresses only: documents there count with a signature
// alone. One file, which nobody else may write.
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { parseFingerprint } from '../../schemas/document-key.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { coded } from '../../schemas/errors.ts'
import { parseJson } from '../../schemas/json.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { parseShape } from '../../schemas/shape.ts'
import { decodeText } from '../../schemas/text.ts'
import { parsePublicKey, publicKeyLine } from '../../schemas/trust-key.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { explainDisk, isMissing } from '../../system/files/errors.ts'
import { problemOfPath } from '../../system/files/owned-path.ts'
import { takeLock } from '../../system/process-lock.ts'
import type { TrustedKey } from './trusted-addresses.ts'

const MAX_BYTES = 16 * 1024 * 1024
const MAX_KEYS = 256
const MAX_ADDRESSES = 256

const common = {
  addresses: z.array(z.string().min(1).max(2048)).max(MAX_ADDRESSES),
  names: z.array(z.string().max(1000)).max(1000),
}
const fileShape = z.strictObject({
  format: z.literal('octo.trusted-keys/v1'),
  keys: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('openpgp'), fingerprint: z.string(), armored: z.string(), ...common }),
        z.strictObject({ kind: z.literal('sigstore'), public: z.string(), ...common }),
      ]),
    )
    .max(MAX_KEYS),
})

/** Empty where nobody said anything. Throws KEY_UNREADABLE when others could have said it, and FORMAT_INVALID. */
export async function readTrustedKeys(path: string): Promise<readonly TrustedKey[]> {
  const text = await readOwn(path)
  if (text === undefined) return []
  return parsed(text, path).keys.map(({ addresses, names, ...rest }) => {
    if (rest.kind === 'sigstore')
      return { key: { kind: 'sigstore', key: parsePublicKey(rest.public, path) }, addresses, names }
    const { fingerprint, armored } = rest
    if (parseFingerprint(fingerprint) !== fingerprint)
      throw coded('FORMAT_INVALID', {
        message: `${quote(path)} names the key ${quote(fingerprint)}, expected a fingerprint`,
      })
    return { key: { kind: 'openpgp', fingerprint, armored }, addresses, names }
  })
}

type Change<Result> = { readonly keys: readonly TrustedKey[]; readonly result: Result }

/** One change at a time, so that none of two is lost. */
export async function changeTrustedKeys<Result>(
  path: string,
  change: (keys: readonly TrustedKey[]) => Change<Result>,
): Promise<Result> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  using _lock = await takeLock({ path: `${path}.lock`, mode: 'exclusive', subject: path })
  const { keys, result } = change(await readTrustedKeys(path))
  await writeTrustedKeys(path, keys)
  return result
}

// allow(dead-export): the test writes as many keys as can be read again
export async function writeTrustedKeys(path: string, keys: readonly TrustedKey[]): Promise<void> {
  const tooMany =
    keys.length > MAX_KEYS
      ? `${MAX_KEYS} trusted keys`
      : keys.some(({ addresses }) => addresses.length > MAX_ADDRESSES) && `${MAX_ADDRESSES} addresses for one key`
  if (tooMany)
    throw coded('LIMIT_EXCEEDED', {
      message: `more than ${tooMany}`,
      hint: '`octo trust list` shows them; an address that ends in `/` counts for all that lies below it',
    })
  const rows = keys.map(({ key, addresses, names }) =>
    key.kind === 'openpgp'
      ? { kind: key.kind, fingerprint: key.fingerprint, armored: key.armored, addresses, names }
      : { kind: key.kind, public: publicKeyLine(key.key), addresses, names },
  )
  const text = `${JSON.stringify({ format: 'octo.trusted-keys/v1', keys: rows }, null, 2)}\n`
  // What could not be read again would be refused with every config from then on, and could not be taken back by a command.
  parsed(text, path, 'LIMIT_EXCEEDED')
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  await replaceFile(path, text, { mode: 0o600 })
}

function parsed(text: string, path: string, code?: ErrorCode): z.output<typeof fileShape> {
  return parseShape(fileShape, parseJson(text, path, MAX_BYTES), { name: path }, code)
}

async function readOwn(path: string): Promise<string | undefined> {
  try {
    const problem = process.platform === 'win32' ? undefined : problemOfPath(path)
    if (problem) throw notOwn(path, problem.place, problem.problem)
    return decodeText(await readFile(path), path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw explainDisk(error, path)
  }
}

function notOwn(path: string, place: string, problem: string): Error {
  return coded('KEY_UNREADABLE', {
    message: `trusted keys in ${quote(path)} could be those of others: ${quote(place)} ${problem}`,
    details: { path, place },
    hint: `look at them with \`octo trust list\` after \`chmod go-w ${shellWord(place)}\``,
  })
}
