// Where the three formats say things about one service, and which of several places counts.
import { fieldOf, fieldUnder } from '../document/field-of.ts'
import type { FieldName } from '../document/fields.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty } from '../document/node.ts'
import { readBoolean } from '../document/scalars.ts'
import type { ConfigTrees } from '../document/trees.ts'

export type ServicePlaces = {
  /** Strongest first: `services.S.octocompose`, `operator.services.S`, `services.S`. */
  readonly nodes: readonly TreeNode[]
  /** `services.S`, whose keys are Compose's. */
  readonly compose: TreeNode | undefined
}

export function placesOfService(root: TreeNode | undefined, name: string): ServicePlaces {
  const own = entryOf(fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'services'), name)
  const compose = entryOf(fieldOf(root, 'config', 'services'), name)
  const wrapped = fieldOf(compose, 'compose service', 'octocompose')
  return { nodes: [wrapped, own, compose].flatMap((node) => (isEmpty(node) ? [] : [node])), compose }
}

/** The strongest place that says it under any of these names; throws where one place says it twice. */
export function saidOf({ nodes }: ServicePlaces, keys: readonly FieldName<'service'>[]): TreeNode | undefined {
  for (const node of nodes) {
    const said = fieldUnder(node, 'service', keys)
    if (!isEmpty(said)) return said
  }
  return undefined
}

/** Names are the user's own, so no row of the table stands for one. */
function entryOf(node: TreeNode | undefined, name: string): TreeNode | undefined {
  return node?.kind === 'map' ? node.entries.get(name) : undefined
}

/** What `config` of a service says, in the strongest place that says it. */
export function settingOf(root: TreeNode | undefined, name: string, key: FieldName<'settings'>): TreeNode | undefined {
  for (const node of placesOfService(root, name).nodes) {
    const said = fieldOf(fieldOf(node, 'service', 'config'), 'settings', key)
    if (!isEmpty(said)) return said
  }
  return undefined
}

/** Whether templates of a service stay as they are. Of a service that local documents name, only these say so. */
export function isAsWritten({ local, merged }: ConfigTrees, name: string): boolean {
  const isOurs = placesOfService(local, name).nodes.length > 0
  return readBoolean(settingOf(isOurs ? local : merged, name, 'noTemplate'), 'noTemplate', false)
}
