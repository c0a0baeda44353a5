// Whether keys fit a repo, before they are written into the config: what it offers is proven with them, and what its registry admits is
// compared. A registry that names other keys gives a reason to doubt, and its own keys are trusted for nothing.
import type { RepoConfig } from '../../../config/model/config.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { quote, shellWord } from '../../../schemas/quote.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { repoAddressOf } from '../../sources/repo-address.ts'
import { requireRepo } from '../../sources/require-repo.ts'
import { searchRepos } from '../../sources/search.ts'
import { readServedKeys } from '../../sources/served-keys.ts'
import { fetchPluginDocument } from '../../sources/signed/fetch-document.ts'
import { proveRelease } from '../../sources/signed/prove-release.ts'
import { contextFor } from './adding-context.ts'
import type { Proven } from './consent.ts'

/** Each costs two requests. */
const MAX_TRIED = 5

/** A release that the keys prove, as evidence; undefined where there is none yet. Throws SIGNER_NOT_ALLOWED where they prove none. */
export async function tryOn(repo: RepoConfig, terminal: Terminal): Promise<Proven | undefined> {
  const context = contextFor([repo], terminal)
  const { network } = context
  using _network = network
  const address = repoAddressOf(repo.url)
  const { found: offered, failed } = await searchRepos('', context)
  if (failed[0]) throw failed[0].error
  if (offered.length === 0) await requireRepo(network.fetchDocument, address)
  if (repo.trust.kind === 'unsigned') return undefined
  let refusal: Error | undefined
  for (const { plugin } of offered.slice(0, MAX_TRIED)) {
    const document = await fetchPluginDocument(network.fetchDocument, address, plugin)
    const newest = document?.versions.find(({ state }) => state === 'active')
    if (!newest) continue
    try {
      const place = { repo, plugin, version: newest.version, bundle: newest.bundle }
      const { homepage, source } = (await proveRelease(place, context)).predicate.manifest
      return { release: `${plugin}@${newest.version}`, homepage: homepage ?? source }
    } catch (error) {
      if (!isCoded(error, 'SIGNER_NOT_ALLOWED')) throw error
      refusal ??= error
    }
  }
  if (refusal) throw refusal
  return undefined
}

type Pinning = {
  readonly repo: Pick<RepoConfig, 'name' | 'url'>
  readonly keys: readonly TrustKey[]
  /** What was typed: the repo itself, or a registry that has this one alone. */
  readonly address: URL
}

/** For keys that prove nothing yet. Warns, and throws SIGNER_NOT_ALLOWED where nobody named this repo. */
export async function requireAdmitted({ repo, keys, address }: Pinning, terminal: Terminal): Promise<void> {
  const { network } = contextFor([{ ...repo, trust: { kind: 'unsigned' } }], terminal)
  using _network = network
  const admitted = await readServedKeys(repo.url, network.fetchDocument)
  if (admitted.length === 0 || admitted.some(({ id }) => keys.some((key) => key.id === id))) return
  const problem = `repo ${quote(repo.name)} at ${quote(shownAddress(repo.url))} admits nothing that ${keys.map(({ id }) => quote(id)).join(', ')} signs; it names ${admitted.map(({ id }) => quote(id)).join(', ')}`
  if (address.href === repo.url) {
    terminal.warn(`${problem}: what is published there now would be refused here`)
    return
  }
  const other = new URL(repo.url)
  other.pathname = other.pathname.replace(/[^/]+$/, 'NAME.yaml')
  throw coded('SIGNER_NOT_ALLOWED', {
    message: `${problem}; it is the only one that the registry shows to everybody`,
    details: { repo: repo.url, keys: keys.map(({ id }) => id), admitted: admitted.map(({ id }) => id) },
    hint: `where the key is for another repo, name that one: \`octo add ${shellWord(shownAddress(other))} --key KEY\``,
  })
}
