// Reads how one service is run. A service belongs to whoever names its program: a local `command` or `plugin` makes all of it
// local, a `plugin` from elsewhere is filled in by local values. Command, environment and working directory are of this machine,
// and no document from elsewhere says them. Answers THREATS.md: elsewhere adds, it decides nothing.
import { HOUR_MS } from '../../schemas/duration.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded, throwDefect } from '../../schemas/errors.ts'
import { keptError } from '../../schemas/kept-error.ts'
import { quote } from '../../schemas/quote.ts'
import { COMPOSE_SERVICE_KEYS } from '../document/compose-keys.ts'
import { fieldOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isEmpty, isRemote, isText, placeOf, textOf } from '../document/node.ts'
import { requireOneReading } from '../document/one-reading.ts'
import { readCount, readDuration } from '../document/scalars.ts'
import type { TemplateVariables } from '../document/template.ts'
import { expandOwn } from '../document/template.ts'
import type { ConfigTrees } from '../document/trees.ts'
import type { Warnings } from '../document/warnings.ts'
import { throwProblem } from '../document/warnings.ts'
import { readArguments, readData } from './arguments.ts'
import { parsePluginRequest } from './plugin-request.ts'
import type { ProgramSource } from './program-source.ts'
import { readDependencies } from './read-dependencies.ts'
import { readRestart, readStop } from './read-ending.ts'
import type { Attempt } from './read-environment.ts'
import { readEnvironment } from './read-environment.ts'
import { readLimits, saysOnlyLimits } from './read-limits.ts'
import { offeredProgram, readOfferedProgram } from './read-offered-program.ts'
import { readProgramSource, SOURCE_KEYS, sourceNode } from './read-program-source.ts'
import type { DraftedSource } from './read-secrets.ts'
import { isListOfSources, readSecrets, refuseBesideSecrets } from './read-secrets.ts'
import { readWordList, readWords } from './read-words.ts'
import type { ServicePlaces } from './said.ts'
import { placesOfService, saidOf } from './said.ts'
import type { Dependency, LeftAside, ServiceProgram, ServiceSpec } from './service-spec.ts'
import { unknownProgram } from './unknown-program.ts'

type SpecReading = {
  readonly trees: ConfigTrees
  readonly variables: TemplateVariables
  readonly warnings: Warnings
  /** Of its secrets. */
  readonly sources: readonly DraftedSource[]
}

const DEFAULT_START_PERIOD_MS = 10_000
const MAX_PERIOD_MS = HOUR_MS
const MAX_REPLICAS = 100

/** As the config says it, also of a service that is run elsewhere; throws CONFIG_INVALID. */
export function readStartPeriod(name: string, trees: ConfigTrees): number | undefined {
  return startPeriodOf(ownerOf(name, trees))
}

/** What it waits for, likewise. */
export function readWaits(name: string, trees: ConfigTrees): readonly Dependency[] {
  return readDependencies(saidOf(ownerOf(name, trees), ['depends_on', 'depends']))
}

function ownerOf(name: string, trees: ConfigTrees): ServicePlaces {
  const local = placesOfService(trees.local, name)
  return isNamedIn(local) ? local : placesOfService(trees.merged, name)
}

function startPeriodOf(owner: ServicePlaces): number | undefined {
  return readDuration(saidOf(owner, ['start_period']), 'start_period', { min: 0, max: MAX_PERIOD_MS })
}

/** Of a service that cannot be run here: the gravest, and all of them. */
type ReadSpec = { readonly spec: ServiceSpec | CodedError; readonly problems: readonly CodedError[] }

/** What is wrong is in the result, as another operator may be able to do what octo cannot. */
export function readServiceSpec(name: string, { trees, variables, warnings, sources }: SpecReading): ReadSpec {
  const { problems, attempt } = collectProblems()
  const reading = { variables, warnings: { ...warnings, report: throwProblem } }
  const local = placesOfService(trees.local, name)
  const owner = isNamedIn(local) || offeredProgram(trees.local, name) ? local : placesOfService(trees.merged, name)
  const offered = isNamedIn(local) ? undefined : offeredProgram(trees.local, name)
  const program = attempt(() => readProgram(name, { local, owner, offered, reading }))
  attempt(() => refuseUnmet(name, local))
  const workingDir = attempt(() => readWorkingDir(local, variables))
  const configFile = attempt(() => readConfigFile(name, owner, { trees, variables }))
  const environment = attempt(() => readEnvironment(saidOf(local, ['environment', 'env']), variables, attempt)) ?? {}
  const given = { name, environment, hasConfigFile: configFile !== undefined, program: pluginNode(name, trees) }
  const secrets = attempt(() => readSecrets(sources, variables, given)) ?? []
  if (configFile) attempt(() => refuseBesideSecrets(sources, { name, config: configNode(name, trees) }))
  const limits = attempt(() => readLimits(owner, isContainer(local.compose) ? undefined : local.compose))
  const own = attempt(() => readDependencies(saidOf(owner, ['depends_on', 'depends']))) ?? []
  const named = new Set(own.map(({ service }) => service))
  const ofSources = secrets.flatMap(({ dependsOn }) => dependsOn).filter(({ service }) => !named.has(service))
  const spec = {
    program,
    environment,
    ...(workingDir ? { workingDir } : {}),
    dependsOn: [...own, ...ofSources],
    restart: attempt(() => readRestart(saidOf(owner, ['restart']))),
    stop: attempt(() => readStop(owner)),
    replicas: attempt(() =>
      readCount(saidOf(owner, ['replicas']), 'replicas', { min: 0, max: MAX_REPLICAS, otherwise: 1 }),
    ),
    startPeriodMs: attempt(() => startPeriodOf(owner) ?? DEFAULT_START_PERIOD_MS),
    ...(limits ? { limits } : {}),
    ...(configFile ? { configFile } : {}),
    secrets,
    leftAside: attempt(() => leftAsideOf(local, placesOfService(trees.fetched, name))),
  }
  const [problem] = problems
  // Whatever is missing was a problem.
  return { spec: problem ?? (spec as ServiceSpec), problems }
}

/** Reads on after a problem, so that all are told at once. */
function collectProblems() {
  const problems: CodedError[] = []
  const attempt: Attempt = (read) => {
    try {
      return read()
    } catch (error) {
      throwDefect(error)
      problems.push(keptError(error))
      return undefined
    }
  }
  return { problems, attempt }
}

/** The node that names the plugin of a service, wherever it stands, for the rules of fetched requests. */
export function pluginNode(name: string, trees: ConfigTrees): TreeNode | undefined {
  const local = placesOfService(trees.local, name)
  return saidOf(isNamedIn(local) ? local : placesOfService(trees.merged, name), ['plugin'])
}

/** Whether a local document says what it runs, or any document names its plugin. */
export function hasProgram(name: string, trees: ConfigTrees): boolean {
  return (
    isNamedIn(placesOfService(trees.local, name)) ||
    offeredProgram(trees.local, name) !== undefined ||
    saidOf(placesOfService(trees.merged, name), ['plugin']) !== undefined
  )
}

function isNamedIn(places: ServicePlaces): boolean {
  return [commandOf(places), saidOf(places, ['plugin']), ...sourceNodes(places)].some((node) => node !== undefined)
}

function sourceNodes(places: ServicePlaces): (TreeNode | undefined)[] {
  return SOURCE_KEYS.map((key) => sourceNode(places, key))
}

/** Beside an image, the `command` of Compose is for the program in the image. */
function commandOf(places: ServicePlaces): TreeNode | undefined {
  return saidOf(withoutContainers(places), ['command'])
}

function withoutContainers({ nodes, compose }: ServicePlaces): ServicePlaces {
  return { compose, nodes: isContainer(compose) ? nodes.filter((node) => node !== compose) : nodes }
}

function isContainer(compose: TreeNode | undefined): boolean {
  return (['image', 'build', 'entrypoint'] as const).some((key) => !isEmpty(fieldOf(compose, 'compose service', key)))
}

type ProgramReading = {
  readonly local: ServicePlaces
  readonly owner: ServicePlaces
  /** What `repos.services` of local documents says, where the service itself says nothing. */
  readonly offered: MapNode | undefined
  readonly reading: { readonly variables: TemplateVariables; readonly warnings: Warnings }
}

function readProgram(name: string, { local, owner, offered, reading }: ProgramReading): ServiceProgram {
  const command = commandOf(local)
  const plugin = saidOf(owner, ['plugin'])
  if (command && plugin)
    throw invalid(plugin, `service ${quote(name)} has both \`command\` and \`plugin\`, expected one of them`)
  const source = readProgramSource(local, reading.variables)
  if (source) return readFileProgram(source, local, { others: [command, plugin], variables: reading.variables })
  if (command) return { kind: 'command', argv: readWords(command, 'command', reading.variables) }
  if (plugin) return readPlugin(plugin, owner, reading)
  if (offered) {
    const { variables } = reading
    return readFileProgram(readOfferedProgram(offered, variables), local, { others: [], variables })
  }
  throw nothingToRun(name, owner)
}

type Beside = { readonly others: readonly (TreeNode | undefined)[]; readonly variables: TemplateVariables }

/** Its words are said by `args`; of an image, those of its entrypoint stay. */
function readFileProgram(source: ProgramSource, local: ServicePlaces, { others, variables }: Beside): ServiceProgram {
  const other = others.find((node) => node !== undefined)
  if (other)
    throw invalid(other, `a service has both ${quote(source.kind)} and another program, expected one of them`, {
      hint: `write the words of the program as a list: \`args: [--word]\``,
    })
  const args = saidOf(local, ['args'])
  if (args && args.kind !== 'list')
    throw invalid(args, `\`args\` of ${quote(source.kind)} is no list of words`, { hint: 'write `args: [--word]`' })
  return { kind: 'file', source, ...(args ? { words: readWordList(args, 'args', variables) } : {}) }
}

function nothingToRun(name: string, owner: ServicePlaces): Error {
  const [node] = owner.nodes
  const found = [commandOf(owner), ...sourceNodes(owner)].find((said) => said !== undefined)
  const hint = `write \`services: {${name}: {octocompose: {command: [/path/of/program, word]}}}\`, or \`plugin\`, \`binary\`, \`image\` or \`source\`, into a local config; \`octoctl: {operator: docker}\` runs images`
  if (found && isRemote(found))
    return invalid(found, `a document from elsewhere may not say what program service ${quote(name)} runs`, { hint })
  const what = isContainer(owner.compose) ? 'has an image, which octo does not run by itself, and' : 'has'
  const problem = `service ${quote(name)} ${what} neither \`command\` nor \`plugin\``
  const unknown = isContainer(owner.compose) ? undefined : unknownProgram(owner.compose, { problem, hint })
  if (unknown) return unknown
  return node ? invalid(node, problem, { hint }) : coded('CONFIG_INVALID', { message: problem, hint })
}

function readPlugin(node: TreeNode, owner: ServicePlaces, reading: ProgramReading['reading']): ServiceProgram {
  requireOneReading(node)
  if (!isText(node)) throw invalid(node, '`plugin` is no plain value, expected `[repo/]name[@range]`')
  const request = parsePluginRequest(node.value)
  const args = saidOf(owner, ['args'])
  // An argument from elsewhere would go to a program that a local document chose.
  const isOurs = !isRemote(node)
  if (args && isOurs && isRemote(args)) throw invalid(args, '`args` of a local `plugin` are said elsewhere')
  const entries: MapNode['entries'] = new Map(args ? [['args', args]] : [])
  return {
    kind: 'plugin',
    request,
    arguments: readArguments({ kind: 'map', origin: node.origin, entries }, { ...reading, isOwn: isOurs }),
  }
}

/** What would be silently weaker, or other, than it is written. */
function refuseUnmet(name: string, { compose }: ServicePlaces): void {
  if (isContainer(compose)) return
  for (const [key, hint] of [
    ['user', 'leave `user` out, and start octo as that user'],
    ['env_file', 'write the variables below `environment`'],
  ] as const) {
    const node = fieldOf(compose, 'compose service', key)
    if (!isEmpty(node))
      throw invalid(node, `service ${quote(name)} asks for \`${key}\`, which octo does not do by itself`, { hint })
  }
}

function readWorkingDir(local: ServicePlaces, variables: TemplateVariables): ServiceSpec['workingDir'] {
  const node = saidOf(withoutContainers(local), ['working_dir'])
  if (!node) return undefined
  if (node.kind !== 'scalar') throw invalid(node, '`working_dir` is no plain value')
  const path = textOf(expandOwn(node, variables))
  if (path === '') throw invalid(node, '`working_dir` is no path')
  return { path, document: node.origin.source.name }
}

function readConfigFile(
  name: string,
  owner: ServicePlaces,
  { trees, variables }: Pick<SpecReading, 'trees' | 'variables'>,
): ServiceSpec['configFile'] {
  const format = fieldOf(saidOf(owner, ['config']), 'settings', 'file')
  if (isEmpty(format)) return undefined
  const word = format.kind === 'scalar' ? textOf(format) : ''
  if (word !== 'json' && word !== 'yaml') throw invalid(format, `\`file\` is neither \`json\` nor \`yaml\``)
  const found = configNode(name, trees)
  return { format: word, value: found ? readData(found, variables) : {} }
}

function configNode(name: string, { merged }: ConfigTrees): TreeNode | undefined {
  const sets = [fieldOf(merged, 'config', 'configs'), fieldOf(merged, 'config', 'service')]
  const values = sets.map((set) => (set?.kind === 'map' ? set.entries.get(name) : undefined))
  return values.find((value) => !isEmpty(value))
}

/** Keys of Compose that change nothing about a program on this machine. */
const HARMLESS = new Set(
  `image build entrypoint command working_dir environment depends_on restart stop_signal stop_grace_period init user env_file
  annotations container_name expose hostname labels logging networks platform ports profiles pull_policy scale mem_limit cpus pids_limit`.split(
    /\s+/,
  ),
)

const OF_THE_MACHINE = ['command', 'environment', 'env', 'working_dir', 'binary', 'image', 'source'] as const

function leftAsideOf({ compose }: ServicePlaces, fetched: ServicePlaces): LeftAside[] {
  const elsewhere = OF_THE_MACHINE.flatMap((key): LeftAside[] => {
    const node = key === 'image' ? sourceNode(fetched, key) : saidOf(fetched, [key])
    return node ? [{ key, place: placeOf(node), why: 'a document from elsewhere does not say it' }] : []
  })
  if (compose?.kind !== 'map' || isContainer(compose)) return elsewhere
  const unmet = [...compose.entries].flatMap(([key, node]): LeftAside[] =>
    isUnmet(key, node) ? [{ key, place: placeOf(node), why: 'octo does not do it by itself' }] : [],
  )
  return [...elsewhere, ...unmet]
}

function isUnmet(key: string, node: TreeNode): boolean {
  if (isEmpty(node) || (key === 'secrets' && isListOfSources(node))) return false
  if ((key === 'deploy' || key === 'ulimits') && saysOnlyLimits(key, node)) return false
  return COMPOSE_SERVICE_KEYS.has(key) && !HARMLESS.has(key)
}
