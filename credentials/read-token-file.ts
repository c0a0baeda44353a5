// The token in a file that is named, or on standard input. A file that others can read is refused as a signing key is.
import { coded } from '../schemas/errors.ts'
import { quote, shellWord } from '../schemas/quote.ts'
import { descriptorOf, fileBehind, readGivenBytes } from '../system/files/given-file.ts'
import type { Exposure } from '../system/files/private-file.ts'
import { exposureOf } from '../system/files/private-file.ts'
import { textOfSecret } from './secret-text.ts'
import { cleanToken } from './token-text.ts'

type Environment = Readonly<Record<string, string | undefined>>

const MAX_BYTES = 4096

/** `-` reads standard input. Throws FILE_NOT_FOUND, TOKEN_UNREADABLE or UNAUTHENTICATED. */
export async function readTokenFile(path: string): Promise<string> {
  if (path === '-') return cleanToken(await readStandardInput(), 'standard input')
  const exposure = onDisk(path, () => exposureOf(path))
  if (exposure) throw exposed(path, exposure)
  return cleanToken(
    textOfSecret(
      onDisk(path, () => readGivenBytes(path, MAX_BYTES)),
      path,
    ),
    path,
  )
}

/** OCTO_TOKEN, or what stands in the file that OCTO_TOKEN_FILE names; undefined when there is neither. */
export async function tokenOfEnvironment(env: Environment): Promise<string | undefined> {
  if (env.OCTO_TOKEN) return cleanToken(env.OCTO_TOKEN, 'OCTO_TOKEN')
  const path = env.OCTO_TOKEN_FILE
  if (!path) return undefined
  return descriptorOf(path) === undefined ? readTokenFile(path) : readOnce(path, env)
}

/** What a shell opened gives its token once, and a command asks with each request. A file is read anew: tokens are replaced there. */
function readOnce(path: string, env: Environment): Promise<string> {
  const known = given.get(env)
  if (known?.path === path) return known.token
  const token = readTokenFile(path)
  given.set(env, { path, token })
  return token
}

const given = new WeakMap<Environment, { readonly path: string; readonly token: Promise<string> }>()

function onDisk<Result>(path: string, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    throw coded('FILE_NOT_FOUND', {
      message: `the token file ${quote(path)} cannot be read`,
      hint: 'name the file that the token was written to, `--token-file -` for standard input, or set OCTO_TOKEN',
      cause: error,
    })
  }
}

function exposed(path: string, { mode, isMounted }: Exposure): Error {
  const file = fileBehind(path)
  const fix = isMounted
    ? 'give the token in OCTO_TOKEN instead, or'
    : 'revoke the token if others may have read it, then'
  return coded('TOKEN_UNREADABLE', {
    message: `other users can read the token in ${quote(file ?? path)}, expected mode 0600, found ${mode}`,
    details: { path, expected: '0600', found: mode },
    hint: `${fix}: \`chmod 600 ${shellWord(file ?? 'FILE')}\``,
  })
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk)
    length += chunk.length
    if (length > 2 * MAX_BYTES) break
  }
  return textOfSecret(Buffer.concat(chunks), 'standard input')
}
