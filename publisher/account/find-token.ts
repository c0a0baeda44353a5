// Where a token comes from: a named file, OCTO_TOKEN, or what `octo login` kept. Never the command line, never a prompt.
import { readFile, stat } from 'node:fs/promises'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { registryName } from '../http/registry-url.ts'
import { readTokens, tokenFilePath } from './token-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type TokenRequest = {
  readonly registry: URL
  /** `--token-file`; `-` reads standard input. */
  readonly tokenFile?: string | undefined
  readonly env: Environment
}

/** Throws UNAUTHENTICATED when there is none. */
export async function requireToken(request: TokenRequest): Promise<string> {
  const token = await findToken(request)
  if (token) return token
  throw coded('UNAUTHENTICATED', {
    message: `no token is known for ${quote(registryName(request.registry))}`,
    hint: `\`octo login --registry ${shellWord(registryName(request.registry))} --token-file FILE\` keeps one; CI sets OCTO_TOKEN`,
  })
}

async function findToken({ registry, tokenFile, env }: TokenRequest): Promise<string | undefined> {
  if (tokenFile !== undefined) return readTokenFile(tokenFile)
  if (env.OCTO_TOKEN) return cleanToken(env.OCTO_TOKEN, 'OCTO_TOKEN')
  return (await readTokens(tokenFilePath(env)))[registryName(registry)]
}

/** The token in a file or, for `-`, on standard input. */
export async function readTokenFile(path: string): Promise<string> {
  if (path === '-') return cleanToken(await readStandardInput(), 'standard input')
  const text = await stat(path)
    .then(({ size }) => (size > 4096 ? '' : readFile(path, 'utf8')))
    .catch((error) => {
      throw coded('FILE_NOT_FOUND', { message: `the token file ${quote(path)} cannot be read`, cause: error })
    })
  return cleanToken(text, path)
}

/** A token travels in a header, so it is one word. What was found is not shown: it may be half a secret. */
export function cleanToken(text: string, source: string): string {
  const token = text.trim()
  if (/^[\x21-\x7e]{8,4096}$/.test(token)) return token
  throw coded('UNAUTHENTICATED', { message: `${quote(source)} does not hold a token, expected one word` })
}

async function readStandardInput(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.length > 8192) break
  }
  return text
}
