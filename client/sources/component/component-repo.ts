// A repo of the config that is a plugin registry of OCM. Light: whether one is, is asked of all repos.
import type { RepoConfig, RepoTrust } from '../../../config/model/config.ts'
import type { ComponentAddress } from '../../../schemas/component/address.ts'
import { readComponentAddress } from '../../../schemas/component/address.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'

export type ComponentRepo = RepoConfig & { readonly trust: Extract<RepoTrust, { kind: 'component' }> }

export function isComponentRepo(repo: RepoConfig): repo is ComponentRepo {
  return repo.trust.kind === 'component'
}

/** Of its list of plugins. Throws CONFIG_INVALID. */
export function addressOf({ name, url }: ComponentRepo): ComponentAddress {
  const address = readComponentAddress(url)
  if (address) return address
  throw coded('CONFIG_INVALID', {
    message: `repo ${quote(name)} has no address of a component`,
    details: { repo: name },
  })
}
