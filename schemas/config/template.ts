// Fills `{{.configs.web.port}}` into texts of a config. Only names are looked up, there is no language; a document that
// came from elsewhere never reads environment variables, because its addresses and arguments would carry them out.
import { printable, quote } from '../quote.ts'
import { invalid } from './invalid.ts'
import type { ScalarNode, TreeNode } from './tree.ts'
import { childOf, isRemote, textOf } from './tree.ts'

export type TemplateVariables = {
  /** The merged document: `.configs…`, `.service…`, `.name`. */
  readonly root: TreeNode
  readonly env: Readonly<Record<string, string | undefined>>
  /** `GOOS` and `GOARCH` of this machine. */
  readonly os: string
  readonly arch: string
}

const TEMPLATE = /\{\{\s*\.?([A-Za-z0-9_.-]{1,200})\s*\}\}/g
const MAX_NESTING = 4
/** Templates that name values with templates grow by multiplication: a few hundred bytes can stand for gigabytes. */
const MAX_FILLED_LENGTH = 16 * 1024
const MAX_LOOK_UPS = 1000

/** The scalar with its templates filled in; one that is nothing but a template keeps the type of what it names. */
export function expand(node: ScalarNode, variables: TemplateVariables): ScalarNode {
  return fill(node, { variables, depth: 0, isForRemote: isRemote(node), budget: { left: MAX_LOOK_UPS } })
}

type Filling = {
  readonly variables: TemplateVariables
  readonly depth: number
  /** A document from elsewhere asked, perhaps by way of a local value. */
  readonly isForRemote: boolean
  readonly budget: { left: number }
}

function fill(node: ScalarNode, filling: Filling): ScalarNode {
  if (typeof node.value !== 'string' || !node.value.includes('{{')) return node
  if (filling.depth >= MAX_NESTING) throw invalid(node, `template ${quote(node.value)} leads to itself`)
  const [whole] = node.value.matchAll(TEMPLATE)
  if (whole && whole[0] === node.value.trim()) return { ...lookUp(node, whole[1] ?? '', filling) }
  let length = 0
  const text = node.value.replace(TEMPLATE, (_all, path: string) => {
    const found = textOf(lookUp(node, path, filling))
    length += found.length
    if (length > MAX_FILLED_LENGTH) throw tooMuch(node)
    return found
  })
  refuseLeftovers(node)
  return { ...node, value: text }
}

function lookUp(node: ScalarNode, path: string, filling: Filling): ScalarNode {
  const { variables, depth, isForRemote, budget } = filling
  if (budget.left-- <= 0) throw tooMuch(node)
  const [first = '', ...rest] = path.split('.')
  if (first === 'env') return { ...node, value: environmentValue(node, rest.join('.'), filling) }
  if (first === 'OS') return { ...node, value: variables.os }
  if (first === 'ARCH') return { ...node, value: variables.arch }
  const found = childOf(variables.root, ...(first === 'projectID' && rest.length === 0 ? ['name'] : [first, ...rest]))
  if (found?.kind !== 'scalar' || found.value === null)
    throw invalid(node, `template names ${quote(path)}, which is no plain value of this config`, {
      hint: 'templates may name values of the config, `.env.NAME`, `.OS` and `.ARCH`',
    })
  return fill(found, { variables, depth: depth + 1, isForRemote: isForRemote || isRemote(found), budget })
}

function environmentValue(node: ScalarNode, name: string, { variables: { env }, isForRemote }: Filling): string {
  if (isForRemote) throw invalid(node, `a document from elsewhere may not read the environment variable ${quote(name)}`)
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  if (value === undefined) throw invalid(node, `environment variable ${quote(name)} is not set`)
  return value
}

function tooMuch(node: ScalarNode): Error {
  return invalid(node, `templates of one value make a text of more than ${MAX_FILLED_LENGTH} characters`, {
    hint: 'name fewer values in it',
  })
}

/** What still looks like a template is one that is not understood; passing it on as text would hide the mistake. */
function refuseLeftovers(node: ScalarNode): void {
  const left = String(node.value).replace(TEMPLATE, '')
  if (left.includes('{{')) throw invalid(node, `template \`${printable(String(node.value))}\` is not understood`)
}
