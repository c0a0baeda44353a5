// Tokens that `octo login` keeps: one file that only its owner can read, one token per registry.
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { coded } from '../schemas/errors.ts'
import { parseJson } from '../schemas/json.ts'
import { quote, shellWord } from '../schemas/quote.ts'
import { parseShape } from '../schemas/shape.ts'
import { decodeText } from '../schemas/text.ts'
import { replaceFile } from '../system/files/atomic-file.ts'
import { explainDisk, isMissing } from '../system/files/errors.ts'
import { exposureOf } from '../system/files/private-file.ts'
import { foundUserConfigFolder, userConfigFolder } from '../system/files/user-config-folder.ts'

type Environment = Readonly<Record<string, string | undefined>>

const MAX_BYTES = 256 * 1024
const fileShape = z.strictObject({
  format: z.literal('octo.tokens/v1'),
  /** Registry URL without a slash at its end → token. */
  tokens: z.record(z.string(), z.string().min(1).max(4096)),
})

const FILE = 'tokens.json'

/** e.g. `~/.config/octo/tokens.json`, `%APPDATA%\octo\tokens.json`; throws IO_FAILED where there is no home. */
export function tokenFilePath(env: Environment): string {
  return join(userConfigFolder(env), FILE)
}

/** Tokens of the user; a user without a home has none. */
export async function tokensOfUser(env: Environment): Promise<Readonly<Record<string, string>>> {
  const folder = foundUserConfigFolder(env)
  return folder === undefined ? {} : readTokens(join(folder, FILE))
}

/** Tokens by registry; empty when nobody logged in. Throws TOKEN_UNREADABLE when others can read the file. */
// allow(dead-export): the test reads files that lie elsewhere than octo's
export async function readTokens(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await readPrivate(path)
  if (text === undefined) return {}
  return parseShape(fileShape, parseJson(text, path, MAX_BYTES), { name: path }).tokens
}

/** Stores or, with no token, forgets; says whether there was one. One change at a time, so that none of two is lost. */
export async function changeToken(path: string, registry: string, token: string | undefined): Promise<boolean> {
  const { takeLock } = await import('../system/process-lock.ts')
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  using _lock = await takeLock({ path: `${path}.lock`, mode: 'exclusive', subject: path })
  const { [registry]: before, ...others } = await readTokens(path)
  const tokens = token === undefined ? others : { ...others, [registry]: token }
  await replaceFile(path, `${JSON.stringify({ format: 'octo.tokens/v1', tokens }, null, 2)}\n`, { mode: 0o600 })
  return before !== undefined
}

async function readPrivate(path: string): Promise<string | undefined> {
  try {
    const exposure = exposureOf(path)
    if (!exposure) return decodeText(await readFile(path), path)
    throw exposed(path, exposure.mode)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw explainDisk(error, path)
  }
}

function exposed(path: string, mode: string): Error {
  return coded('TOKEN_UNREADABLE', {
    message: `other users can read the tokens in ${quote(path)}, expected mode 0600, found ${mode}`,
    details: { path, expected: '0600', found: mode },
    hint: `revoke the tokens in it if others may have read them, then: \`chmod 600 ${shellWord(path)}\``,
  })
}
