// Fills `{{.configs.web.port}}` into texts of a config. Only names are looked up, there is no language. A value is trusted
// no more than the least trusted part that went into it: nothing with a part from elsewhere holds an environment variable,
// because its addresses and arguments would carry it out.
import { printable, quote } from '../../schemas/quote.ts'
import { rowOf } from './fields.ts'
import { invalid, showPlace } from './invalid.ts'
import type { ScalarNode, TreeNode } from './node.ts'
import { isRemote, placeOf, textOf } from './node.ts'
import { requireOneReading } from './one-reading.ts'
import { refused } from './refused.ts'

export type TemplateVariables = {
  /** The merged document: `.configs…`, `.service…`, `.name`. */
  readonly root: TreeNode | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** `GOOS` and `GOARCH` of this machine. */
  readonly os: string
  readonly arch: string
  /** What all templates of a config may cost together. */
  readonly budget: { lookUps: number; characters: number }
}

const MAX_OF_ALL: TemplateVariables['budget'] = { lookUps: 50_000, characters: 4 * 1024 * 1024 }

export function templateBudget(): TemplateVariables['budget'] {
  return { ...MAX_OF_ALL }
}

/** A name, or a text in quotes or backticks that is passed on as it is, as in Go's templates. */
const TEMPLATE = /\{\{\s*(?:\.?([A-Za-z0-9_.-]{1,200})|"([^"\\]*)"|`([^`]*)`)\s*\}\}/g
const MAX_NESTING = 4
/** Templates that name values with templates grow by multiplication: a few hundred bytes can stand for gigabytes. */
const MAX_FILLED_LENGTH = 16 * 1024
const MAX_LOOK_UPS = 1000

/** The scalar with its templates filled in; one that is nothing but a template keeps the type of what it names. */
export function expand(node: ScalarNode, variables: TemplateVariables): ScalarNode {
  return fillWhole(node, variables).filled
}

/** For what says where code comes from: neither a variable nor a part from elsewhere may go in. */
export function expandAddress(node: ScalarNode, variables: TemplateVariables): ScalarNode {
  const { filled, parts } = fillWhole(node, variables)
  if (parts.variable !== undefined)
    throw invalid(node, `an address may not hold the environment variable ${quote(parts.variable)}`, {
      hint: 'write the address itself, or a value of `configs`: whoever is asked for it would learn the variable',
    })
  if (parts.fetched)
    throw refused(parts.fetched, `say a part of the address in ${showPlace(placeOf(node))}`, { local: node })
  return filled
}

/** For what is run on this machine: no part from elsewhere may go in. */
export function expandOwn(node: ScalarNode, variables: TemplateVariables): ScalarNode {
  const { filled, parts } = fillWhole(node, variables)
  if (parts.fetched)
    throw refused(parts.fetched, `say a part of what is run in ${showPlace(placeOf(node))}`, { local: node })
  return filled
}

/** What went into a value. */
type Parts = { fetched?: TreeNode; variable?: string }

function fillWhole(node: ScalarNode, variables: TemplateVariables): { filled: ScalarNode; parts: Parts } {
  const parts: Parts = {}
  const filled = fill(node, { variables, depth: 0, asker: undefined, parts, budget: { left: MAX_LOOK_UPS } })
  if (parts.fetched && parts.variable !== undefined) throw leaks(node, parts.variable, parts.fetched)
  return { filled, parts }
}

type Filling = {
  readonly variables: TemplateVariables
  readonly depth: number
  /** The part from elsewhere on whose behalf this is looked up, perhaps by way of a local value. */
  readonly asker: TreeNode | undefined
  readonly parts: Parts
  readonly budget: { left: number }
}

function fill(node: ScalarNode, given: Filling): ScalarNode {
  if (isRemote(node)) given.parts.fetched ??= node
  if (typeof node.value !== 'string' || !node.value.includes('{{')) return node
  if (given.depth >= MAX_NESTING) throw invalid(node, `template ${quote(node.value)} leads to itself`)
  const filling = { ...given, asker: given.asker ?? (isRemote(node) ? node : undefined) }
  const [whole] = node.value.matchAll(TEMPLATE)
  if (whole && whole[0] === node.value.trim()) return { ...valueIn(node, whole, filling) }
  let length = 0
  const text = node.value.replace(TEMPLATE, (...match) => {
    const found = textOf(valueIn(node, match, filling))
    length += found.length
    filling.variables.budget.characters -= found.length
    if (length > MAX_FILLED_LENGTH) throw tooMuch(node, `one value make more than ${MAX_FILLED_LENGTH} characters`)
    if (filling.variables.budget.characters < 0)
      throw tooMuch(node, `this config make more than ${MAX_OF_ALL.characters} characters`)
    return found
  })
  refuseLeftovers(node)
  return { ...node, value: text, text }
}

function valueIn(node: ScalarNode, [, path, quoted, raw]: readonly unknown[], filling: Filling): ScalarNode {
  const literal = quoted ?? raw
  if (typeof literal === 'string') return { ...node, value: literal, text: literal }
  return lookUp(node, String(path), filling)
}

function lookUp(node: ScalarNode, path: string, filling: Filling): ScalarNode {
  const { variables, depth, asker, budget } = filling
  if (budget.left-- <= 0) throw tooMuch(node, `one value look up more than ${MAX_LOOK_UPS} values`)
  if (variables.budget.lookUps-- <= 0) throw tooMuch(node, `this config look up more than ${MAX_OF_ALL.lookUps} values`)
  const [first = '', ...rest] = path.split('.')
  if (first === 'env') return asText(node, environmentValue(node, rest.join('.'), filling))
  if (first === 'OS') return asText(node, variables.os)
  if (first === 'ARCH') return asText(node, variables.arch)
  const found = valueAt(variables.root, first === 'projectID' && rest.length === 0 ? ['name'] : [first, ...rest])
  if (found?.kind !== 'scalar' || found.value === null)
    throw invalid(node, `template names ${quote(path)}, which is no plain value of this config`, {
      hint: `templates may name values of the config, \`.env.NAME\`, \`.OS\` and \`.ARCH\`; ${HOW_TO_ESCAPE}`,
    })
  if (asker && !isRemote(found) && !isOffered(path, asker))
    throw refused(asker, `read ${quote(path)}`, { local: found, hint: howToOffer(path) })
  requireOneReading(found)
  return fill(found, { ...filling, depth: depth + 1 })
}

/**
 * A base from elsewhere is filled in with local values, and its checks choose whom these are sent to: an include may say which
 * of them it offers, or none.
 */
function isOffered(path: string, { origin }: TreeNode): boolean {
  const offered = rowOf('config', path.split('.')[0] ?? '')?.offered
  const { offers } = origin.source
  if (offered !== 'by the include') return offered === 'always'
  return offers === undefined || offers.some((one) => `${path}.`.startsWith(`${one}.`))
}

function howToOffer(path: string): string {
  if (rowOf('config', path.split('.')[0] ?? '')?.offered === undefined)
    return 'it may read `name`, and what its include offers of `configs`, `service` and `globals`'
  return `offer it where a local config includes that document: \`{url: …, offers: [${path}]}\``
}

/** The value below a chain of keys; undefined where the chain ends early. */
function valueAt(root: TreeNode | undefined, keys: readonly string[]): TreeNode | undefined {
  let found = root
  for (const key of keys) found = found?.kind === 'map' ? found.entries.get(key) : undefined
  return found
}

function asText(node: ScalarNode, value: string): ScalarNode {
  return { ...node, value, text: value }
}

function environmentValue(node: ScalarNode, name: string, { variables: { env }, asker, parts }: Filling): string {
  if (asker) throw leaks(node, name, asker)
  parts.variable ??= name
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  if (value === undefined) throw invalid(node, `environment variable ${quote(name)} is not set`)
  return value
}

function leaks(node: ScalarNode, name: string, fetched: TreeNode): Error {
  return refused(fetched, `read the environment variable ${quote(name)}, nor be part of a value that holds it`, {
    ...(isRemote(node) ? {} : { local: node }),
    hint: 'write the whole value into a local config',
  })
}

function tooMuch(node: ScalarNode, what: string): Error {
  return invalid(node, `templates of ${what}`, { hint: 'name fewer values in templates' })
}

const HOW_TO_ESCAPE = 'write {{`{{.Names}}`}} to pass {{.Names}} on as it is'

/** What still looks like a template is one that is not understood; passing it on as text would hide the mistake. */
function refuseLeftovers(node: ScalarNode): void {
  const left = String(node.value).replace(TEMPLATE, '')
  if (left.includes('{{'))
    throw invalid(node, `template \`${printable(String(node.value))}\` is not understood`, { hint: HOW_TO_ESCAPE })
}
