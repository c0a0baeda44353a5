// Configs in their normal form, as config/ reads them; valid until a test changes one thing.
import type { OctoConfig, PluginPin, RepoConfig, RepoTrust } from '../../../config/model/config.ts'
import type { Name } from '../../../schemas/name.ts'
import type { SigningKey } from './test-authority.ts'

type RepoWish = { readonly name?: string; readonly url: string; readonly trust: RepoTrust | SigningKey }

export function aRepo({ name = 'core', url, trust }: RepoWish): RepoConfig {
  const keys: RepoTrust = 'trustKey' in trust ? { kind: 'keys', keys: [trust.trustKey] } : trust
  return { name: name as Name, url, trust: keys }
}

/** `hello`, `core/hello`, `hello@^1` */
export function aPin(text: string): PluginPin {
  const [full = '', range] = text.split('@')
  const [plugin, repo] = full.split('/').reverse()
  return { plugin: plugin as Name, ...(repo ? { repo: repo as Name } : {}), ...(range ? { range } : {}) }
}

export function aConfig(repos: readonly RepoWish[], pins: readonly string[] = ['hello']): OctoConfig {
  return { files: [], inputs: new Map(), repos: repos.map(aRepo), pins: pins.map(aPin), services: [], warnings: [] }
}
