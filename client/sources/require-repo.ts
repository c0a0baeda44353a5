// A server that has neither a plugin nor a repo is at the wrong address: it says nothing about the plugin.
import { registryOf } from '../../credentials/login-hint.ts'
import { coded } from '../../schemas/errors.ts'
import { LIMITS } from '../../schemas/limits.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { SERVED_YAML } from '../../schemas/yaml/parse.ts'
import type { FetchDocument } from '../network.ts'
import type { RepoAddress } from './repo-address.ts'

/** Throws REPO_NOT_FOUND unless one of the repo's two documents is there: a host of files may leave the other out. */
export async function requireRepo(fetch: FetchDocument, { json, yaml }: RepoAddress): Promise<void> {
  if ((await fetch(json, LIMITS.repoDocumentBytes)) !== undefined) return
  if ((await fetch(yaml, SERVED_YAML.maxBytes)) === undefined) throw noRepoAt(yaml)
}

export function noRepoAt(yaml: URL): Error {
  const url = shownAddress(yaml)
  return coded('REPO_NOT_FOUND', {
    message: `there is no repo at ${quote(url)}`,
    details: { url },
    hint: hintFor(yaml),
  })
}

function hintFor(yaml: URL): string {
  if (yaml.protocol === 'file:') return 'compare the `url` of the repo in the config with the place of its file'
  return `compare the \`url\` of the repo in the config with the address that its owner gives; a private one is there only for a token that reads it, as \`octo whoami --registry ${shellWord(registryOf(yaml))}\` shows`
}
