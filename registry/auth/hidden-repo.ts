// What everybody is told of a repo that does not exist, and of a private one whoever asks may not read: word for word the same.
import { coded } from '../../schemas/errors.ts'
import { isName } from '../../schemas/name.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'

export function repoNotFound(repo: string): Error {
  return coded('REPO_NOT_FOUND', { message: `repo ${quote(repo)} does not exist here`, details: { repo } })
}

/** To nobody in particular, where a registry has private repos: it may be one of them, or none. */
export function loginNeeded(repo?: string): Error {
  const what = repo === undefined ? 'this registry has private repos' : `no public repo here is called ${quote(repo)}`
  return coded('UNAUTHENTICATED', {
    message: `${what}, and private ones need a token`,
    details: omitUndefined({ repo }),
    hint: (data) =>
      `\`octo login --registry URL --token-file FILE\` keeps a token; the registry’s owner makes one: \`octo registry token create --name NAME --scope '${scopedRepo(repo)}/*:read' --data ${data}\``,
  })
}

/** As a scope names it; what can be no name is not repeated in a command. */
function scopedRepo(repo: string | undefined): string {
  return repo !== undefined && isName(repo) ? repo : 'REPO'
}
