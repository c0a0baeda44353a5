// Where services get their secrets from: plugins that are asked for them before a service starts. The project names one source in
// `operator.secrets` or `octoctl.secrets`; a service takes it, adds arguments to it, or names sources of its own. Only local documents
// say any of it, and no part from elsewhere goes into an argument: whoever chose the server would be sent the login.
import { SECRET_NAME_PATTERN } from '../../schemas/contract/secrets.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { fieldOf, fieldUnder, itemsOf } from '../document/field-of.ts'
import type { FieldName } from '../document/fields.ts'
import { knownKeys } from '../document/fields.ts'
import { invalid, warningAt } from '../document/invalid.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isEmpty, isFromElsewhere, isRemote, placeOf, textOf } from '../document/node.ts'
import { refused } from '../document/refused.ts'
import { readDuration } from '../document/scalars.ts'
import type { TemplateVariables } from '../document/template.ts'
import type { ConfigTrees } from '../document/trees.ts'
import { noteUnknownKey } from '../document/unknown-keys.ts'
import type { Warnings } from '../document/warnings.ts'
import { attempt } from '../document/warnings.ts'
import { readOwnArguments } from './arguments.ts'
import { readDependencies } from './read-dependencies.ts'
import { readTool } from './read-tool.ts'
import { placesOfService } from './said.ts'
import type { ChangeRule, SecretSource } from './service-spec.ts'
import { CHANGE_RULES } from './service-spec.ts'

type Arguments = Pick<MapNode, 'entries'>

/** A source before its arguments are filled in, which takes variables that only a start needs. */
export type DraftedSource = Omit<SecretSource, 'arguments'> & {
  readonly tool: TreeNode
  readonly node: TreeNode
  readonly args: Arguments
}

/** The sources of each service, by its name; reports CONFIG_INVALID for each that cannot be followed. */
export function readSecretSources(
  names: readonly string[],
  { local }: ConfigTrees,
  warnings: Warnings,
): ReadonlyMap<string, readonly DraftedSource[]> {
  const project = attempt(warnings, () => readProject(local))
  const items = names.map(
    (name) => [name, attempt(warnings, () => itemsOfService(local, name, warnings)) ?? []] as const,
  )
  const isTaken = items.some(([, own]) => own.some((item) => !hasTool(item)))
  if (project && !isTaken)
    warnings.add(() =>
      warningAt(
        project,
        'no service takes this source of secrets, expected `secrets: true` or `secrets: [{args: …}]` in one',
      ),
    )
  const draftAll = (own: readonly TreeNode[]) =>
    own.flatMap((item) => attempt(warnings, () => draft(item, project)) ?? [])
  return new Map(items.map(([name, own]) => [name, draftAll(own)]))
}

/** Whether `secrets` of a service of Compose are sources of octo: its own are names, or maps with `source`. */
export function isListOfSources(node: TreeNode): boolean {
  return itemsOf(node).some((item) => item.kind === 'map' && (item.entries.has('tool') || item.entries.has('args')))
}

function readProject(root: TreeNode | undefined): MapNode | undefined {
  const said = [
    fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'secrets'),
    fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'secrets'),
  ].flatMap(itemsOf)
  const [first, second] = said
  if (second)
    throw invalid(second, 'the project has a second source of secrets, expected one', {
      hint: 'let services name sources of their own: `secrets: [{tool: NAME, args: …}]`',
    })
  if (first === undefined) return undefined
  if (first.kind !== 'map') throw noSource(first)
  for (const key of ['environment', 'values'] as const) {
    const node = fieldOf(first, 'secret', key)
    if (!isEmpty(node)) throw invalid(node, `${quote(key)} of a source stands with a service, which is given them`)
  }
  return first
}

function noSource(node: TreeNode): Error {
  return invalid(node, 'a source of secrets is a map with `tool` and `args`')
}

function itemsOfService(root: TreeNode | undefined, name: string, warnings: Warnings): readonly TreeNode[] {
  const { nodes, compose } = placesOfService(root, name)
  for (const place of nodes) {
    const node = fieldOf(place, 'service', 'secrets')
    if (isEmpty(node)) continue
    if (place === compose && !isListOfSources(node)) continue
    const items = itemsOf(node)
    if (place === compose) for (const item of items) noteOthers(item, warnings)
    return items.filter((item) => !(item.kind === 'scalar' && item.value === false))
  }
  return []
}

/** Where keys are those of Compose, the table cannot know that this map is ours. */
function noteOthers(item: TreeNode, warnings: Warnings): void {
  if (item.kind !== 'map') return
  const known = knownKeys('secret')
  for (const [key, at] of item.entries) if (!known.includes(key)) noteUnknownKey('secret', key, { at, warnings })
}

function hasTool(item: TreeNode): boolean {
  return !isEmpty(fieldOf(item, 'secret', 'tool'))
}

/** What an item does not say is as the source of the project says it, unless it names a plugin itself. */
function draft(item: TreeNode, project: MapNode | undefined): DraftedSource {
  const isWhole = item.kind === 'scalar' && item.value === true
  const own: MapNode | undefined =
    isWhole && project ? { ...project, origin: item.origin, entries: new Map() } : mapIn(item)
  if (!own) throw isWhole ? noProject(item) : noSource(item)
  const base = hasTool(own) ? undefined : project
  if (!base && !hasTool(own)) throw noProject(item)
  const said = (keys: readonly FieldName<'secret'>[]) =>
    fieldUnder(own, 'secret', keys) ?? fieldUnder(base, 'secret', keys)
  const { request, tool } = readTool(own, said(['tool']), 'a source of secrets')
  const refreshMs = readDuration(said(['refresh']), 'refresh', { min: 1000, max: 365 * DAY_MS })
  const timeoutMs = readDuration(said(['timeout']), 'timeout', { min: 100, max: DAY_MS })
  return {
    request,
    tool,
    node: item,
    args: argumentsIn([own, base]),
    environment: readVariables(fieldOf(own, 'secret', 'environment')),
    values: readNames(fieldOf(own, 'secret', 'values'), 'values', isPath),
    onChange: readChange(said(['on_change'])),
    ...omitUndefined({ refreshMs, timeoutMs }),
    dependsOn: readDependencies(said(['depends', 'depends_on'])),
    place: placeOf(item),
  }
}

function mapIn(item: TreeNode): MapNode | undefined {
  return item.kind === 'map' ? item : undefined
}

function noProject(node: TreeNode): Error {
  return invalid(node, 'a source of secrets does not name its plugin, and the project has none', {
    hint: 'write `tool: NAME` here, or `octoctl: {secrets: {tool: NAME, args: …}}`',
  })
}

/** Each argument as the service says it, else as the project does. */
function argumentsIn(sources: readonly (MapNode | undefined)[]): Arguments {
  const maps = sources.flatMap((source): readonly Arguments[] => {
    const node = fieldUnder(source, 'secret', ['args', 'config'])
    if (isEmpty(node)) return []
    if (node.kind !== 'map') throw invalid(node, '`args` of a source of secrets is no map')
    return [node]
  })
  return { entries: new Map(maps.toReversed().flatMap((map) => [...map.entries])) }
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/
const SECRET_NAME = new RegExp(SECRET_NAME_PATTERN)

/** A list gives each secret as the variable of its own name. */
function readVariables(node: TreeNode | undefined): Readonly<Record<string, string>> {
  const isVariable = (key: string) => VARIABLE.test(key)
  if (node?.kind !== 'list') return readNames(node, 'environment', isVariable)
  return Object.fromEntries(
    node.items.map((item) => {
      const name = nameIn(item)
      if (!isVariable(name)) throw invalid(item, `${quote(name)} is no name of an environment variable`)
      return [name, name]
    }),
  )
}

function isPath(key: string): boolean {
  return key.split('.').every((step) => step !== '' && step !== '__proto__')
}

function readNames(
  node: TreeNode | undefined,
  key: string,
  isKey: (key: string) => boolean,
): Readonly<Record<string, string>> {
  if (isEmpty(node)) return {}
  if (node.kind !== 'map') throw invalid(node, `${quote(key)} of a source of secrets is no map`)
  return Object.fromEntries(
    [...node.entries].map(([name, item]) => {
      if (!isKey(name)) throw invalid(item, `${quote(name)} is no key of ${quote(key)}`)
      return [name, nameIn(item)]
    }),
  )
}

function nameIn(item: TreeNode): string {
  const name = item.kind === 'scalar' && !isEmpty(item) ? textOf(item) : ''
  if (!SECRET_NAME.test(name)) throw invalid(item, `${quote(name)} is no name of a secret`)
  return name
}

type Beside = { readonly name: string; readonly config: TreeNode | undefined }

/** Whoever says to which server a password goes is sent it. Throws CONFIG_INVALID for a value from elsewhere beside a secret. */
export function refuseBesideSecrets(sources: readonly DraftedSource[], { name, config }: Beside): void {
  for (const { values, environment, node } of sources) {
    // Of a variable nobody can say which of the values it is used with.
    const places = [
      ...Object.keys(values).map((path) => path.split('.').slice(0, -1)),
      ...(Object.keys(environment).length > 0 ? [[]] : []),
    ]
    for (const above of places) {
      const beside = above.reduce<TreeNode | undefined>(
        (at, step) => (at?.kind === 'map' ? at.entries.get(step) : undefined),
        config,
      )
      const foreign = beside && fromElsewhereIn(beside)
      if (foreign)
        throw refused(foreign, `say what stands beside a secret of service ${quote(name)} in its config`, {
          local: node,
          hint: 'write it into the local config, or trust the include by `keys` and `trust: signed`',
        })
    }
  }
}

function fromElsewhereIn(node: TreeNode): TreeNode | undefined {
  if (node.kind === 'scalar') return isFromElsewhere(node) ? node : undefined
  const inner = node.kind === 'list' ? node.items : [...node.entries.values()]
  for (const one of inner) {
    const found = fromElsewhereIn(one)
    if (found) return found
  }
  return undefined
}

function readChange(node: TreeNode | undefined): ChangeRule {
  if (isEmpty(node)) return 'restart'
  const text = node.kind === 'scalar' ? textOf(node) : ''
  const found = CHANGE_RULES.find((rule) => rule === text || rule === `SIG${text}`)
  if (found) return found
  throw invalid(
    node,
    `${quote(text)} is nothing that a service can be told, expected ${CHANGE_RULES.map(quote).join(', ')}`,
  )
}

type Given = {
  readonly name: string
  readonly environment: Readonly<Record<string, string>>
  readonly hasConfigFile: boolean
  /** What names the plugin of the service, if one does. */
  readonly program: TreeNode | undefined
}

/** The sources with their arguments filled in; throws CONFIG_INVALID. */
export function readSecrets(
  sources: readonly DraftedSource[],
  variables: TemplateVariables,
  { name, environment, hasConfigFile, program }: Given,
): readonly SecretSource[] {
  if (sources.length > 0 && program && isRemote(program))
    throw refused(program, `name the program of service ${quote(name)}, which is given secrets`, {
      local: sources[0]?.node,
      hint: 'name its `plugin` in the local config, too',
    })
  const taken = new Set(Object.keys(environment))
  return sources.map(({ tool: _, node, args, ...source }) => {
    for (const variable of Object.keys(source.environment)) {
      if (taken.has(variable)) throw invalid(node, `variable ${quote(variable)} is said twice, expected once`)
      taken.add(variable)
    }
    if (Object.keys(source.values).length > 0 && !hasConfigFile)
      throw invalid(node, '`values` go into the config of the service, which is not handed over', {
        hint: `write \`config: {file: json}\` for service ${quote(name)}`,
      })
    return { ...source, arguments: readOwnArguments(args, { variables }) }
  })
}
