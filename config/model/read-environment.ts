// The environment of a service, as Compose writes it: a map, or a list of `NAME=value`. A name alone is passed on from whoever
// starts the service.
import { bringsCode } from '../../schemas/loading-variables.ts'
import { quote } from '../../schemas/quote.ts'
import { kindFound } from '../document/found.ts'
import { invalid } from '../document/invalid.ts'
import type { ScalarNode, TreeNode } from '../document/node.ts'
import { isEmpty, textOf } from '../document/node.ts'
import type { TemplateVariables } from '../document/template.ts'
import { expand, expandOwn } from '../document/template.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

type Entry = { readonly name: string; readonly text: string | undefined; readonly node: TreeNode }

/** Undefined where it is a problem, which whoever gives this notes. */
export type Attempt = <Read>(read: () => Read) => Read | undefined

/** Later entries of a list count. */
export function readEnvironment(
  node: TreeNode | undefined,
  variables: TemplateVariables,
  attempt: Attempt,
): Record<string, string> {
  if (isEmpty(node)) return {}
  if (node.kind === 'scalar') throw invalid(node, '`environment` is neither a map nor a list of `NAME=value`')
  const entries =
    node.kind === 'map'
      ? [...node.entries].map(([name, value]) => attempt(() => checked(fromMap(name, value, variables))))
      : node.items.map((item) => attempt(() => checked(fromList(item, variables))))
  return Object.fromEntries(entries.flatMap((entry) => entry ?? []))
}

function checked({ name, text, node }: Entry): (readonly [string, string])[] {
  if (!NAME.test(name)) throw invalid(node, `${quote(name)} is no name of an environment variable`)
  return text === undefined ? [] : [[name, text]]
}

function fromMap(name: string, node: TreeNode, variables: TemplateVariables): Entry {
  if (isEmpty(node)) return { name, text: passedOn(name, variables), node }
  if (node.kind !== 'scalar')
    throw invalid(node, `environment variable ${quote(name)} is no plain value, found ${kindFound(node)}`)
  return { name, text: filled(node, name, variables), node }
}

function fromList(node: TreeNode, variables: TemplateVariables): Entry {
  if (node.kind !== 'scalar' || isEmpty(node)) throw invalid(node, 'an entry of `environment` is no `NAME=value`')
  const first = textOf(expand(node, variables))
  const text = filled(node, first.split('=')[0] ?? '', variables)
  const at = text.indexOf('=')
  if (at < 0) return { name: text, text: passedOn(text, variables), node }
  return { name: text.slice(0, at), text: text.slice(at + 1), node }
}

/** What names the code that runs has no part from elsewhere; any other value may. */
function filled(node: ScalarNode, name: string, variables: TemplateVariables): string {
  const fill = bringsCode(name) || name === 'PATH' ? expandOwn : expand
  return textOf(fill(node, variables))
}

/** One that is not set there is not set for the service either. */
function passedOn(name: string, { env }: TemplateVariables): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined
}
