// What runs in containers on this machine is for local documents to say, and for those of the web that a local one trusts. Of all
// others only checks count, and what the table lets them fill in: an image, a mount or `privileged` from elsewhere counts nowhere,
// nor does where operators run it.
import type { ShapeName } from '../document/fields.ts'
import { rowOf } from '../document/fields.ts'
import type { MapNode, TreeNode } from '../document/node.ts'
import { isFromElsewhere } from '../document/node.ts'

type OwnServices = {
  readonly root: MapNode
  /** Values from elsewhere that do not count. */
  readonly leftOut: readonly TreeNode[]
}

/** The tree of a config without what elsewhere says of how services run. */
export function ownServices(root: MapNode): OwnServices {
  const leftOut: TreeNode[] = []
  const own = (map: TreeNode) => mapOf(map, (service) => ownService(service, 'compose service', leftOut) ?? service)
  const entries = [...root.entries].map(([key, node]) => {
    if (key === 'services') return [key, own(node)] as const
    // `secrets: {key: {file: ~/.ssh/id}}`, a volume that is a folder of the host, a network that is the host's.
    if (OF_CONTAINERS.includes(key)) return [key, local(node, leftOut)] as const
    if (key === 'configs') return [key, withOwn(node, (name) => name.startsWith('operator-'), leftOut)] as const
    if (key === 'octoctl') return [key, withOwn(node, (name) => name === 'namespace', leftOut)] as const
    if (key !== 'operator') return [key, node] as const
    return [key, mapOf(node, (inner, name) => (name === 'services' ? own(inner) : inner))] as const
  })
  const known = entries.filter((entry): entry is readonly [string, TreeNode] => entry[1] !== undefined)
  return { root: { ...root, entries: new Map(known) }, leftOut }
}

/** Whether a key of a service decides what runs and what it may reach, so that no part from elsewhere goes into it. */
export function decidesWhatRuns(key: string): boolean {
  return !HARMLESS.includes(key) && isHowItRuns('compose service', key)
}

/** What a base from elsewhere is for: values that a program is told. */
const HARMLESS: readonly string[] = ['environment', 'env', 'ports', 'expose', 'labels', 'hostname', 'domainname']

/** What a Compose file holds beside its services. */
const OF_CONTAINERS: readonly string[] = ['networks', 'volumes', 'secrets', 'models']

/** Keys of Compose, which have no row, and those of octo that mean the same. */
function isHowItRuns(shape: ShapeName, key: string): boolean {
  const row = rowOf(shape, key)
  return row === undefined || row.fetched === 'left aside'
}

function ownService(service: TreeNode, shape: ShapeName, leftOut: TreeNode[]): TreeNode | undefined {
  if (service.kind !== 'map') return service
  const entries = [...service.entries].flatMap(([key, node]): [string, TreeNode][] => {
    if (key === 'octocompose') return kept(key, ownService(node, 'service', leftOut))
    return isHowItRuns(shape, key) ? kept(key, local(node, leftOut)) : [[key, node]]
  })
  return { ...service, entries: new Map(entries) }
}

function kept(key: string, node: TreeNode | undefined): [string, TreeNode][] {
  return node ? [[key, node]] : []
}

/** The node without what came from elsewhere; undefined where nothing is left of it. */
function local(node: TreeNode, leftOut: TreeNode[]): TreeNode | undefined {
  const before = leftOut.length
  const rest = inside(node, leftOut)
  if (!isFromElsewhere(node) || !isBare(rest)) return rest
  leftOut.length = before
  leftOut.push(node)
  return undefined
}

function inside(node: TreeNode, leftOut: TreeNode[]): TreeNode {
  if (node.kind === 'list') return { ...node, items: node.items.flatMap((item) => local(item, leftOut) ?? []) }
  if (node.kind === 'scalar') return node
  const entries = [...node.entries].flatMap(([key, inner]) => kept(key, local(inner, leftOut)))
  return { ...node, entries: new Map(entries) }
}

function isBare(node: TreeNode): boolean {
  if (node.kind === 'scalar') return true
  return node.kind === 'list' ? node.items.length === 0 : node.entries.size === 0
}

/** In which cluster, with which context and rights things are run is said by operators' settings. */
function withOwn(map: TreeNode, isOwn: (key: string) => boolean, leftOut: TreeNode[]): TreeNode {
  if (map.kind !== 'map') return map
  const entries = [...map.entries].flatMap(([key, node]) =>
    isOwn(key) ? kept(key, local(node, leftOut)) : [[key, node] as [string, TreeNode]],
  )
  return { ...map, entries: new Map(entries) }
}

function mapOf(node: TreeNode, change: (inner: TreeNode, key: string) => TreeNode): TreeNode {
  if (node.kind !== 'map') return node
  return { ...node, entries: new Map([...node.entries].map(([key, inner]) => [key, change(inner, key)])) }
}
