// The registry of a command that needs a login. One that is stored is named to whoever named none, and never taken by itself: what is
// published cannot be taken back, and a machine of CI may hold a login that somebody forgot.
import { tokensOfUser } from '../../credentials/token-file.ts'
import { coded, throwDefect } from '../../schemas/errors.ts'
import { shellWord } from '../../schemas/quote.ts'
import { parseRegistryUrl } from './registry-url.ts'

type Environment = Readonly<Record<string, string | undefined>>

const MAX_NAMED = 5

/** Throws USAGE. */
export async function namedRegistry(flag: string | undefined, env: Environment): Promise<URL> {
  const [first, ...others] = (flag ?? env.OCTO_REGISTRY) ? [] : await storedRegistries(env)
  if (first === undefined) return parseRegistryUrl(flag, env)
  const also = others.slice(0, MAX_NAMED - 1).map((other) => `, or \`--registry ${shellWord(other)}\``)
  throw coded('USAGE', {
    message: 'no registry is named, and none is taken because a login for it is stored',
    details: { stored: [first, ...others] },
    hint: `add \`--registry ${shellWord(first)}\`${also.join('')}; \`octo whoami --registry ${shellWord(first)}\` shows what that login may do`,
  })
}

/** Tokens that cannot be read are told of where one is needed. */
async function storedRegistries(env: Environment): Promise<readonly string[]> {
  try {
    return Object.keys(await tokensOfUser(env)).toSorted()
  } catch (error) {
    throwDefect(error)
    return []
  }
}
