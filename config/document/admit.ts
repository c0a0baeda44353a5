// Walks one document along the table of fields, before it meets any other: kinds of values, unknown keys, and for a
// fetched document what it may not do. Whatever is not refused here still only adds or fills in (trees.ts).
import { quote } from '../../schemas/quote.ts'
import type { Field, Holds, ShapeName } from './fields.ts'
import { rowOf } from './fields.ts'
import { kindFound } from './found.ts'
import { invalid } from './invalid.ts'
import { noteMisplacedChecks } from './misplaced-checks.ts'
import type { TreeNode } from './node.ts'
import { isEmpty, isFromElsewhere, isRemote } from './node.ts'
import { refused } from './refused.ts'
import { noteShellVariables } from './shell-variables.ts'
import { NAMED_SHAPES, SHORT_SHAPES, SINGLE_SHAPES } from './short-forms.ts'
import { noteUnknownKey } from './unknown-keys.ts'
import type { Warnings } from './warnings.ts'
import { attempt } from './warnings.ts'

type Admission = {
  readonly warnings: Warnings
  /** Whether an entry below `repos` only repeats what a local document says. */
  readonly repeatsRepo: (node: TreeNode) => boolean
}

/** Throws CONFIG_INVALID for a value of the wrong kind or one that a fetched document may not give. */
export function admitDocument(root: TreeNode, admission: Admission): void {
  if (isEmpty(root)) return
  if (root.kind !== 'map') throw invalid(root, 'a config is a map of keys')
  admitMap(root, { shape: 'config', path: '' }, admission)
}

/** Data that becomes words of a program. */
const ARGUMENTS = ['args', 'toolArgs']

type Level = { readonly shape: ShapeName; readonly path: string }

function admitMap(node: TreeNode, { shape, path }: Level, admission: Admission): void {
  if (node.kind !== 'map') return
  for (const [key, child] of node.entries) {
    const row = rowOf(shape, key)
    if (row) attempt(admission.warnings, () => admitField(child, { key, row, path: `${path}${key}` }, admission))
    // What stands flat on a check or notifier of an early v1 config is an argument; arguments.ts tells slips from them.
    else if (shape === 'check' || shape === 'notification') noteShellVariables(child, admission.warnings)
    else noteUnknownKey(shape, key, { at: child, warnings: admission.warnings })
  }
}

type Keyed = { readonly key: string; readonly row: Field; readonly path: string }

function admitField(node: TreeNode, { key, row, path }: Keyed, admission: Admission): void {
  if (isEmpty(node)) return
  refuseKind(node, key, row.holds)
  const { holds } = row
  if (isForLocalOnly(row, node)) {
    if (!isHarmless(node, holds, admission)) throw refused(node, `write ${quote(path)} (${row.means})`)
    if (typeof holds === 'object' && shapeIn(holds) === 'repo') return
  }
  if (holds === 'value' || ARGUMENTS.includes(key)) noteShellVariables(node, admission.warnings)
  if (holds === 'data' && !ARGUMENTS.includes(key)) noteMisplacedChecks(node, admission.warnings)
  if (typeof holds === 'string') return
  if ('map' in holds) admitMap(node, { shape: holds.map, path: `${path}.` }, admission)
  else
    for (const item of itemsOfList(node, holds.list)) admitMap(item, { shape: holds.list, path: `${path}.` }, admission)
}

function itemsOfList(node: TreeNode, shape: ShapeName): readonly TreeNode[] {
  if (node.kind === 'list') return node.items
  return node.kind === 'map' && NAMED_SHAPES.includes(shape) ? [...node.entries.values()] : [node]
}

function isForLocalOnly({ fetched }: Field, node: TreeNode): boolean {
  return (fetched === 'never' && isRemote(node)) || (fetched === 'with trust' && isFromElsewhere(node))
}

/** The maps of repos may stand in a fetched document as long as each of them only repeats a local one. */
function isHarmless(node: TreeNode, holds: Holds, { repeatsRepo }: Admission): boolean {
  if (typeof holds === 'string') return false
  const shape = shapeIn(holds)
  if (shape === 'repo') return (node.kind === 'list' ? node.items : [node]).every(repeatsRepo)
  return shape === 'repos' || shape === 'octoctl repos'
}

function shapeIn(holds: Exclude<Holds, string>): ShapeName {
  return 'map' in holds ? holds.map : holds.list
}

function refuseKind(node: TreeNode, key: string, holds: Holds): void {
  if (typeof holds === 'string') return
  if ('map' in holds) {
    if (node.kind === 'map' || (node.kind === 'scalar' && SHORT_SHAPES.includes(holds.map))) return
    throw invalid(node, `${quote(key)} is no map, found ${kindFound(node)}`)
  }
  if (node.kind === 'list' || SINGLE_SHAPES.includes(holds.list)) return
  if (node.kind === 'map' && NAMED_SHAPES.includes(holds.list)) return
  // Compose has `init: true` of its own: run an init process in the container.
  if (key === 'init' && node.kind === 'scalar' && typeof node.value === 'boolean') return
  throw invalid(
    node,
    `${quote(key)} is no list${holds.list === 'check' ? ' of checks' : holds.list === 'notification' ? ' of notifiers, nor a map of their names' : ''}, found ${kindFound(node)}`,
  )
}
