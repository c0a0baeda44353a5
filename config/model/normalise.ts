// From a merged tree to the one normal form: repos, pins, services, and a warning for everything that was not understood.

import type { CodedError } from '../../schemas/errors.ts'
import { coded, isCoded, throwDefect } from '../../schemas/errors.ts'
import { keptError } from '../../schemas/kept-error.ts'
import { quote } from '../../schemas/quote.ts'
import { admitDocument } from '../document/admit.ts'
import { fieldOf } from '../document/field-of.ts'
import { FIELDS } from '../document/fields.ts'
import { showPlace } from '../document/invalid.ts'
import type { Place, TreeNode } from '../document/node.ts'
import { isEmpty, isFromElsewhere, isRemote, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import type { TemplateVariables } from '../document/template.ts'
import { templateBudget } from '../document/template.ts'
import type { ConfigTrees } from '../document/trees.ts'
import { treesFor } from '../document/trees.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'
import type { CheckItem, OctoConfig, PluginPin, RepoConfig, ServiceConfig } from './config.ts'
import { PHASES } from './config.ts'
import { admitRequests } from './fetched-requests.ts'
import type { KeyFiles } from './keys.ts'
import type { NotifierConfig } from './notifier-config.ts'
import { readNotifiers } from './notifiers.ts'
import { readOperator } from './operator-choice.ts'
import { placesOfPins, readPins } from './pins.ts'
import { readCredentialRepositories, readOcmConfigs } from './plugin-configurations.ts'
import { readPluginDirectories } from './plugin-directories.ts'
import { readMetrics } from './read-metrics.ts'
import { readProbes } from './read-probes.ts'
import { readSecretSources } from './read-secrets.ts'
import { hasProgram, pluginNode, readServiceSpec, readStartPeriod, readWaits } from './read-service-spec.ts'
import { findRepos, readRepos, repeatsRepo } from './repos.ts'
import { programRequests, secretRequests } from './requests.ts'
import { isAsWritten } from './said.ts'
import type { ReadRequest } from './services.ts'
import { checksOf, joinServices, readServices } from './services.ts'

type NormaliseInput = {
  /** Each document by itself, from highest to lowest precedence, and all joined. */
  readonly documents: readonly TreeNode[]
  readonly trees: ConfigTrees
  readonly files: readonly string[]
  readonly keyFiles: KeyFiles
  readonly variables: Omit<TemplateVariables, 'root' | 'homes' | 'budget'>
  readonly warnings: Warnings
  readonly resolveFile: (address: string, document: string) => string
  readonly insecure?: boolean | undefined
}

/** Throws CONFIG_INVALID or KEY_UNREADABLE for a config that cannot be followed as it is written. */
export function normaliseConfig(input: NormaliseInput): OctoConfig {
  const { documents, trees, files, keyFiles, resolveFile, warnings, insecure } = input
  const admission = { warnings, repeatsRepo: (_: TreeNode) => false }
  for (const root of documents) if (!isRemote(root)) attempt(warnings, () => admitDocument(root, admission))
  const variables = { ...input.variables, root: trees.merged, homes: trees.homes, budget: templateBudget() }
  const [repoTree] = treesFor(FIELDS.operator.repos.fetched, trees)
  const reading = { keyFiles, variables, warnings, resolveFile, insecure }
  const repos = attempt(warnings, () => readRepos(repoTree, reading)) ?? []
  const fetched = { warnings, repeatsRepo: (node: TreeNode) => repeatsRepo(node, repos) }
  for (const root of documents) if (isRemote(root)) attempt(warnings, () => admitDocument(root, fetched))
  const pinTrees = treesFor(FIELDS.operator.plugins.fetched, trees)
  const pins = pinTrees.flatMap((tree) => readPins(tree, warnings))
  const pinPlaces = new Map(pinTrees.flatMap((tree) => [...placesOfPins(tree)]))
  const { services, notifiers } =
    attempt(warnings, () => readAllServices(trees, { repos, pins, reading: { variables, warnings } })) ?? NOTHING_READ
  const [directoryTree] = treesFor(FIELDS.operator.pluginDirectories.fetched, trees)
  const pluginDirectories =
    attempt(warnings, () => readPluginDirectories(directoryTree, { resolveFile, warnings })) ?? []
  const [operatorTree] = treesFor(FIELDS.octoctl.operator.fetched, trees)
  const operator = attempt(warnings, () => readOperator(operatorTree))
  // What a repo says may be wrong, and then it still has its name.
  const written = attempt(warnings, () => findRepos(repoTree).map(({ name }) => name)) ?? []
  refuseUnknownRepos([...new Set(written)], { pins, pinPlaces, services, notifiers, warnings })
  const named = { ...attempt(warnings, () => nameOf(trees.merged)), ...(operator ? { operator } : {}) }
  const told = notifiers.length > 0 ? { notifiers } : {}
  const [ocmTree] = treesFor(FIELDS.operator.ocmConfig.fetched, trees)
  const ocmConfigs = attempt(warnings, () => readOcmConfigs(ocmTree, { resolveFile })) ?? []
  const [repositoryTree] = treesFor(FIELDS.operator.credentialRepositories.fetched, trees)
  const credentialRepositories = attempt(warnings, () => readCredentialRepositories(repositoryTree)) ?? []
  const found = {
    ...(pluginDirectories.length > 0 ? { pluginDirectories } : {}),
    ...(ocmConfigs.length > 0 ? { ocmConfigs } : {}),
    ...(credentialRepositories.length > 0 ? { credentialRepositories } : {}),
  }
  const [metricsTree] = treesFor(FIELDS.operator.metrics.fetched, trees)
  const metrics = attempt(warnings, () => readMetrics(metricsTree))
  const [probesTree] = treesFor(FIELDS.operator.probes.fetched, trees)
  const probes = attempt(warnings, () => readProbes(probesTree))
  const asked = { ...(metrics ? { metrics } : {}), ...(probes ? { probes } : {}) }
  return { files, ...named, repos, pins, services, ...told, ...found, ...asked, warnings: warnings.all() }
}

type Known = {
  readonly repos: readonly RepoConfig[]
  readonly pins: readonly PluginPin[]
  readonly reading: { readonly variables: TemplateVariables; readonly warnings: Warnings }
}

const NO_SERVICES: ReturnType<typeof readServices> = new Map()

type ReadParts = { readonly services: readonly ServiceConfig[]; readonly notifiers: readonly NotifierConfig[] }
const NOTHING_READ: ReadParts = { services: [], notifiers: [] }

function readAllServices(trees: ConfigTrees, { repos, pins, reading }: Known): ReadParts {
  const read = treesFor(FIELDS.operator.services.fetched, trees).map((tree) =>
    readServices(tree, (name) => readingOf(name, trees, reading)),
  )
  const [fetched = NO_SERVICES, local = NO_SERVICES] = read
  const joined = joinServices(local, fetched)
  const names = joined.map(({ name }) => name)
  const sources = readSecretSources(names, trees, reading.warnings)
  const services = joined.map((service) => ({
    ...service,
    hasProgram: hasProgram(service.name, trees),
    ...readServiceSpec(service.name, {
      trees,
      ...readingOf(service.name, trees, reading),
      sources: sources.get(service.name) ?? [],
    }),
    startPeriodMs: orItsError(() => readStartPeriod(service.name, trees)),
    dependsOn: orItsError(() => readWaits(service.name, trees)),
  }))
  const [notifierTree] = treesFor(FIELDS.operator.notifications.fetched, trees)
  const notifiers = readNotifiers(notifierTree, { ...reading, services: services.map(({ name }) => name) })
  const { theirs = [], ours = [] } = Object.groupBy(requestsToRun(services, trees), ({ tool }) =>
    isRemote(tool) ? 'theirs' : 'ours',
  )
  for (const { request, tool } of [...sources.values()].flat()) ours.push({ item: { request }, tool })
  admitRequests([...checksOf(fetched), ...theirs], { repos, pins, checks: [...checksOf(local), ...ours, ...notifiers] })
  return { services, notifiers: notifiers.map(({ item }) => item) }
}

/** Services that say `noTemplate` are read as they are written. */
function readingOf(name: string, trees: ConfigTrees, reading: Known['reading']): Known['reading'] {
  return isAsWritten(trees, name) ? { ...reading, variables: { ...reading.variables, asWritten: true } } : reading
}

/** Other operators may be able to do what octo cannot, so that why not is no error of the config. */
function orItsError<Read>(read: () => Read): Read | CodedError {
  try {
    return read()
  } catch (error) {
    throwDefect(error)
    return keptError(error)
  }
}

function requestsToRun(services: readonly ServiceConfig[], trees: ConfigTrees): ReadRequest[] {
  return services.flatMap(({ name, spec }) => {
    const tool = pluginNode(name, trees)
    return tool && !isCoded(spec) && spec.program.kind === 'plugin' ? [{ item: spec.program, tool }] : []
  })
}

/**
 * The name of the project, where the config gives one. Containers and folders are found by it, so that elsewhere would choose
 * whose containers are replaced and stopped.
 */
export function nameOf(root: TreeNode | undefined): { name?: string } {
  const name = fieldOf(root, 'config', 'name') ?? fieldOf(root, 'config', 'projectID')
  if (name?.kind !== 'scalar' || isEmpty(name) || isFromElsewhere(name)) return {}
  requireOneReading(name)
  return { name: textOf(name) }
}

type Asking = ReadParts & {
  readonly pins: readonly PluginPin[]
  readonly pinPlaces: ReadonlyMap<string, Place>
  readonly warnings: Warnings
}

/** `tool: other/check-tcp` with no repo `other` would otherwise only be found when it is resolved. */
function refuseUnknownRepos(
  names: readonly string[],
  { pins, pinPlaces, services, notifiers, warnings }: Asking,
): void {
  const items = services.flatMap((service) => PHASES.flatMap((phase): readonly CheckItem[] => service.checks[phase]))
  const asking: readonly Asked[] = [
    ...items.map(({ request, place }) => askedAt('a check', request.repo, place)),
    ...notifiers.map(({ request, place }) => askedAt('a notifier', request.repo, place)),
    ...programRequests(services).map(({ name, request }) => askedAt(`service ${quote(name)}`, request.repo)),
    ...secretRequests(services).map(({ request, place }) => askedAt('a source of secrets', request.repo, place)),
    ...pins.map(({ repo, plugin }) => askedAt(`the pin of ${quote(plugin)}`, repo, pinPlaces.get(plugin))),
  ]
  for (const one of asking) if (one.repo && !names.includes(one.repo)) warnings.report(unknownRepo(one, names))
}

type Asked = { readonly repo?: string | undefined; readonly what: string; readonly place?: Place }

function askedAt(what: string, repo: string | undefined, place?: Place): Asked {
  return { repo, what, ...(place ? { place } : {}) }
}

function unknownRepo({ repo = '', what, place }: Asked, names: readonly string[]): Error {
  return coded('REPO_NOT_FOUND', {
    ...(place ? { place: showPlace(place) } : {}),
    message: `${what} names the repo ${quote(repo)}, which the config does not have`,
    details: { repo, repos: names, ...place },
    hint: `add it below \`operator.repos\`${names.length > 0 ? `, or use ${names.map(quote).join(', ')}` : ''}`,
  })
}
