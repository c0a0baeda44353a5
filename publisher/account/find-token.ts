// Where a token comes from: a named file, OCTO_TOKEN, OCTO_TOKEN_FILE, or what `octo login` kept. Never the command line, never a prompt.
import { readTokenFile, tokenOfEnvironment } from '../../credentials/read-token-file.ts'
import { tokensOfUser } from '../../credentials/token-file.ts'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { registryName } from './registry-url.ts'

type Environment = Readonly<Record<string, string | undefined>>

type TokenRequest = {
  readonly registry: URL
  /** `--token-file`; `-` reads standard input. */
  readonly tokenFile?: string | undefined
  readonly env: Environment
}

/** Throws UNAUTHENTICATED when there is none. */
export async function requireToken(request: TokenRequest): Promise<string> {
  const token = await findToken(request)
  if (token) return token
  const empty = ['OCTO_TOKEN', 'OCTO_TOKEN_FILE'].find((variable) => request.env[variable] !== undefined)
  throw coded('UNAUTHENTICATED', {
    message: `no token is known for ${quote(registryName(request.registry))}${empty === undefined ? '' : `: ${quote(empty)} is set and empty`}`,
    hint: `\`octo login --registry ${shellWord(registryName(request.registry))} --token-file FILE\` keeps one; CI sets OCTO_TOKEN`,
  })
}

/** Undefined when there is none. */
export async function findToken({ registry, tokenFile, env }: TokenRequest): Promise<string | undefined> {
  if (tokenFile !== undefined) return readTokenFile(tokenFile)
  return (await tokenOfEnvironment(env)) ?? (await tokensOfUser(env))[registryName(registry)]
}
