// From a merged tree to the one normal form: repos, pins, services, and a warning for everything that was not understood.

import { coded } from '../errors.ts'
import { quote } from '../quote.ts'
import type { CheckItem, ConfigWarning, OctoConfig, PluginPin, RepoConfig, ServiceConfig } from './config.ts'
import { PHASES } from './config.ts'
import { invalid, showPlace } from './invalid.ts'
import { KNOWN_KEYS, unknownKeys } from './known-keys.ts'
import { readPins } from './pins.ts'
import { readRepos } from './repos.ts'
import { readServices } from './services.ts'
import type { TemplateVariables } from './template.ts'
import type { TreeNode } from './tree.ts'
import { childOf, isEmpty, textOf } from './tree.ts'
import type { KeyFiles } from './trust-keys.ts'

export type NormaliseInput = {
  /** All documents merged. */
  readonly root: TreeNode
  readonly files: readonly string[]
  readonly keyFiles: KeyFiles
  readonly variables: Omit<TemplateVariables, 'root'>
  readonly warnings: readonly ConfigWarning[]
  readonly resolveFile: (address: string, document: string) => string
}

/** Throws CONFIG_INVALID or KEY_UNREADABLE for a config that cannot be followed as it is written. */
export function normaliseConfig(input: NormaliseInput): OctoConfig {
  const { root, files, keyFiles, resolveFile } = input
  if (isEmpty(root)) return { files, repos: [], pins: [], services: [], warnings: input.warnings }
  if (root.kind !== 'map') throw invalid(root, 'a config is a map of keys')
  const warnings = [...input.warnings, ...unknownKeys(root, KNOWN_KEYS.root, 'the config')]
  for (const key of ['operator', 'octoctl'] as const) {
    const part = childOf(root, key)
    if (part?.kind === 'map') warnings.push(...unknownKeys(part, KNOWN_KEYS[key], `\`${key}\``))
  }
  const variables = { ...input.variables, root }
  const repos = readRepos(root, { keyFiles, variables, warnings, resolveFile })
  const pins = readPins(root, warnings)
  const services = readServices(root, { variables, warnings })
  refuseUnknownRepos(repos, pins, services)
  return { files, ...nameOf(root), repos, pins, services, warnings }
}

function nameOf(root: TreeNode): { name?: string } {
  const name = childOf(root, 'name') ?? childOf(root, 'projectID')
  return name?.kind === 'scalar' && name.value !== null ? { name: textOf(name) } : {}
}

/** `tool: other/check-tcp` with no repo `other` would otherwise only be found when it is resolved. */
function refuseUnknownRepos(
  repos: readonly RepoConfig[],
  pins: readonly PluginPin[],
  services: readonly ServiceConfig[],
): void {
  const names = repos.map((repo) => repo.name)
  const items = services.flatMap((service) => PHASES.flatMap((phase): readonly CheckItem[] => service.checks[phase]))
  for (const { request, place } of items)
    if (request.repo && !names.includes(request.repo)) throw unknownRepo(request.repo, names, showPlace(place))
  for (const { repo, plugin } of pins)
    if (repo && !names.includes(repo)) throw unknownRepo(repo, names, `the pin of ${quote(plugin)}`)
}

function unknownRepo(repo: string, names: readonly string[], where: string): Error {
  return coded('REPO_NOT_FOUND', {
    message: `${where} names the repo ${quote(repo)}, which the config does not have`,
    details: { repo, repos: names },
    hint: `add it below \`operator.repos\`${names.length > 0 ? `, or use ${names.map(quote).join(', ')}` : ''}`,
  })
}
