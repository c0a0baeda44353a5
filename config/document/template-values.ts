// The merged config as templates see it. Whatever is looked at is noted as a part of the value that is made: each single value,
// and where a template goes through a map or list, counts it or asks whether it is empty, everything that decides that.
// Templates from elsewhere read of local documents only what is offered to them, by whichever way they reach it.
import { nearestWord } from '../../schemas/nearest-word.ts'
import { printable, quote } from '../../schemas/quote.ts'
import type { ListValue, MapValue, Value } from '../template/value.ts'
import { textValue } from '../template/value.ts'
import { rowOf } from './fields.ts'
import { invalid } from './invalid.ts'
import type { ListNode, MapNode, ScalarNode, TreeNode } from './node.ts'
import { isRemote } from './node.ts'
import { requireOneReading } from './one-reading.ts'
import { refused } from './refused.ts'
import type { Filling } from './template-filling.ts'
import { countLookUp, leaks, notePart } from './template-filling.ts'

type Path = readonly string[]
type View = {
  readonly filling: Filling
  /** The scalar whose templates are filled in. */
  readonly node: ScalarNode
  /** Fills in the templates of a value that is named. */
  readonly fill: (node: ScalarNode) => ScalarNode
}

/** `.`: the keys of the config, and `env`, `OS`, `ARCH` and `projectID`. */
export function rootValue(node: ScalarNode, filling: Filling, fill: View['fill']): Value {
  const view = { filling, node, fill }
  const { root, os, arch } = filling.variables
  const config: MapValue = root?.kind === 'map' ? new TreeMap(root, [], view) : EMPTY
  return {
    kind: 'map',
    names: () => config.names(),
    isEmpty: () => config.isEmpty(),
    get: (name, how) => {
      if (name === 'env') return environment(view)
      if (name === 'OS' || name === 'ARCH') return textValue(name === 'OS' ? os : arch)
      const isName = name === 'projectID' && root?.kind === 'map' && root.entries.has('name')
      return config.get(isName ? 'name' : name, how)
    },
  }
}

const EMPTY: MapValue = { kind: 'map', get: (name) => missing([name]), names: () => [], isEmpty: () => true }

/** The nearest name is looked for when somebody is told of it: most of what is missing has a `default`. */
class Missing {
  readonly kind = 'missing'
  readonly #path: Path
  readonly #known: readonly string[]

  constructor(path: Path, known: readonly string[]) {
    this.#path = path
    this.#known = known
  }

  get what(): string {
    const nearest = nearestWord(this.#path.at(-1) ?? '', this.#known)
    const meant =
      nearest === undefined ? '' : `, did you mean ${quote([...this.#path.slice(0, -1), nearest].join('.'))}?`
    return `${whatIsMissing(this.#path)}${meant}`
  }
}

function missing(path: Path, known: readonly string[] = []): Value {
  return new Missing(path, known)
}

function whatIsMissing(path: Path): string {
  return `names ${quote(path.join('.'))}, which is no plain value of this config`
}

/** Made for every look at a map: accessors of object literals would be made anew each time, which is slow. */
class TreeMap implements MapValue {
  readonly kind = 'map'
  readonly #map: MapNode
  readonly #path: Path
  readonly #view: View

  constructor(map: MapNode, path: Path, view: View) {
    this.#map = map
    this.#path = path
    this.#view = view
  }

  get what(): string {
    return whatIsMissing(this.#path)
  }

  get(name: string, how?: Parameters<MapValue['get']>[1]): Value {
    const view = this.#view
    const child = this.#map.entries.get(name)
    const path = [...this.#path, name]
    if (!child) countLookUp(view.node, view.filling)
    // Who is not offered a name is not told of it either.
    if (!child) return missing(path, view.filling.asker ? [] : [...this.#map.entries.keys()])
    return valueAt(child, path, { view: how?.computed ? onBehalfOfParts(view) : view, leadsOn: how?.leadsOn })
  }

  names(): readonly string[] {
    const { entries } = this.#map
    lookAtAll([...entries], this.#map, this.#path, this.#view)
    return [...entries.keys()]
  }

  isEmpty(): boolean {
    const { entries } = this.#map
    const { asker } = this.#view.filling
    // A local entry is there whatever elsewhere says.
    if (!asker && [...entries.values()].some((child) => !isRemote(child))) return false
    lookAtAll([...entries], this.#map, this.#path, this.#view)
    return entries.size === 0
  }
}

/** A name that was computed may come from elsewhere, which would then choose what is read. */
function onBehalfOfParts(view: View): View {
  const { asker, parts } = view.filling
  return asker || !parts.fetched ? view : { ...view, filling: { ...view.filling, asker: parts.fetched } }
}

class TreeList implements ListValue {
  readonly kind = 'list'
  readonly #list: ListNode
  readonly #path: Path
  readonly #view: View

  constructor(list: ListNode, path: Path, view: View) {
    this.#list = list
    this.#path = path
    this.#view = view
  }

  get what(): string {
    return whatIsMissing(this.#path)
  }

  length(): number {
    this.#lookAt()
    return this.#list.items.length
  }

  at(index: number): Value {
    this.#lookAt()
    const item = this.#list.items[index]
    const path = [...this.#path, String(index)]
    return item ? valueAt(item, path, { view: this.#view }) : missing(path)
  }

  /** Lists of several documents become one, so which item has a number is for all of them to say. */
  #lookAt(): void {
    const entries = this.#list.items.map((item, index) => [String(index), item] as const)
    lookAtAll(entries, this.#list, this.#path, this.#view)
  }
}

function valueAt(node: TreeNode, path: Path, { view, leadsOn }: { view: View; leadsOn?: boolean | undefined }): Value {
  const { filling } = view
  notePart(filling.parts, node)
  if (node.kind === 'scalar') return scalarValue(node, path, view)
  // That there is a map or list says something too, unless it is only passed through.
  if (!leadsOn && filling.asker && !isRemote(node) && !leadsToOffered(path, filling.asker))
    throw notOffered(node, path, filling.asker)
  return node.kind === 'map' ? new TreeMap(node, path, view) : new TreeList(node, path, view)
}

function scalarValue(node: ScalarNode, path: Path, view: View): Value {
  countLookUp(view.node, view.filling)
  requireOffered(node, path, view)
  if (node.value === null) return { kind: 'nil', what: whatIsMissing(path) }
  requireOneReading(node)
  const { value, text } = view.fill(node)
  if (typeof value === 'boolean') return { kind: 'bool', value, text }
  if (typeof value !== 'number') return textValue(String(value))
  const isWhole = Number.isSafeInteger(value) && !/^[-+]?(?!0x)[0-9_]*[.eE]/.test(text)
  return isWhole ? { kind: 'int', value: BigInt(value), text } : { kind: 'float', value, text }
}

function lookAtAll(entries: readonly (readonly [string, TreeNode])[], of: TreeNode, path: Path, view: View): void {
  if (entries.length === 0) requireOffered(of, path, view)
  for (const [name, child] of entries) {
    countLookUp(view.node, view.filling)
    notePart(view.filling.parts, child)
    requireOffered(child, [...path, name], view)
  }
}

function requireOffered(node: TreeNode, path: Path, { filling: { asker, variables } }: View): void {
  const home = variables.homes?.get(node) ?? path
  if (asker && !isRemote(node) && !isOffered(home, asker)) throw notOffered(node, home, asker)
}

/**
 * A base from elsewhere is filled in with local values, and its checks choose whom these are sent to: an include may say which
 * of them it offers, or none.
 */
function isOffered(path: Path, asker: TreeNode): boolean {
  const offers = offersTo(path, asker)
  return typeof offers === 'boolean' ? offers : offers.some((one) => startsWith(path, one))
}

function leadsToOffered(path: Path, asker: TreeNode): boolean {
  const offers = offersTo(path, asker)
  return typeof offers === 'boolean' ? offers : offers.some((one) => startsWith(path, one) || startsWith(one, path))
}

/** All or nothing, or what the include names. */
function offersTo([first = '', second]: Path, { origin }: TreeNode): boolean | readonly Path[] {
  const isForAll = first === 'operator' && second === 'globals'
  const offered = isForAll ? 'by the include' : rowOf('config', first)?.offered
  const { offers } = origin.source
  if (offered !== 'by the include') return offered === 'always'
  return offers === undefined ? true : offers.map((one) => one.split('.'))
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((step, index) => path[index] === step)
}

function notOffered(node: TreeNode, path: Path, asker: TreeNode): Error {
  const shown = path.join('.')
  return refused(asker, `read ${quote(shown)}`, { local: node, hint: howToOffer(shown) })
}

function howToOffer(path: string): string {
  if (rowOf('config', path.split('.')[0] ?? '')?.offered === undefined)
    return 'it may read `name`, and what its include offers of `configs`, `service` and `globals`'
  return `offer it where a local config includes that document: \`{url: …, offers: [${printable(path)}]}\``
}

/** `.env`: one variable by its name, and never all of them. */
function environment({ filling, node }: View): MapValue {
  const { variables, asker, parts } = filling
  const refuse = () =>
    invalid(node, 'templates name single environment variables, such as `.env.HOME`, and do not list them')
  return {
    kind: 'map',
    get: (name) => {
      countLookUp(node, filling)
      if (asker) throw leaks(node, name, asker)
      parts.variable ??= name
      const value = Object.hasOwn(variables.env, name) ? variables.env[name] : undefined
      if (value !== undefined) return textValue(value)
      return { kind: 'missing', what: `environment variable ${quote(name)} is not set` }
    },
    names: () => {
      throw refuse()
    },
    isEmpty: () => {
      throw refuse()
    },
  }
}
