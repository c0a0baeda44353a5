// What a config asks for, as a drawing shows it: its services, what they wait for, and the plugins that run, check and supply them.
// Pure.
import { isCoded } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { OctoConfig, PluginRequest, ServiceConfig } from '../model/config.ts'
import { PHASES } from '../model/config.ts'
import { RUN_SERVICE } from '../model/plugin-request.ts'
import { pinned, runsHere } from '../model/requests.ts'

export type GraphNode = {
  readonly id: string
  /** `missing`: a service that is waited for, and that the config has not or has switched off. */
  readonly kind: 'service' | 'missing' | 'plugin' | 'notifications'
  readonly name: string
  /** What stands behind the name of a plugin: its version, else the range that is asked for. */
  readonly version?: string
}

export type GraphEdge = {
  readonly from: string
  readonly to: string
  readonly kind: 'waits' | 'uses'
  /** What is waited for, or what for it is used: `healthy`; `preflight`, `health`. */
  readonly labels: readonly string[]
}

export type ConfigGraph = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] }

type Drawing = {
  /** These and all that they wait for; all services when absent. */
  readonly services?: readonly string[]
  /** The locked version of what is asked for. */
  readonly versionOf?: (request: PluginRequest) => string | undefined
}

const NOTIFICATIONS: GraphNode = { id: 'notifications', kind: 'notifications', name: 'notifications' }

/** What is switched off is not drawn. */
export function configGraph(
  config: OctoConfig,
  { services: wanted, versionOf = () => undefined }: Drawing = {},
): ConfigGraph {
  const enabled = new Map(config.services.filter((service) => service.enabled).map((one) => [one.name, one]))
  const drawn = wanted ? reachedFrom(wanted, enabled) : [...enabled.keys()]
  const canvas = openCanvas()
  const plugin = (from: string, request: PluginRequest, label: string) =>
    canvas.edge({ from, to: canvas.node(pluginNode(pinned(request, config.pins), versionOf)), kind: 'uses', label })
  for (const name of drawn) canvas.node(serviceNode(name, enabled))
  for (const name of drawn) {
    const service = enabled.get(name)
    if (!service) continue
    const from = serviceNode(name, enabled).id
    for (const { service: other, condition } of waitsOf(service))
      canvas.edge({ from, to: canvas.node(serviceNode(other, enabled)), kind: 'waits', label: condition })
    for (const { request, label } of requestsOf(service)) plugin(from, request, label)
  }
  for (const { name, request } of wanted ? [] : (config.notifiers ?? []))
    plugin(canvas.node(NOTIFICATIONS), request, name === request.plugin ? 'tell' : name)
  return canvas.finish()
}

function reachedFrom(names: readonly string[], services: ReadonlyMap<string, ServiceConfig>): readonly string[] {
  const reached = new Set(names)
  // A set that grows while it is gone through.
  for (const name of reached)
    for (const { service } of waitsOf(services.get(name) ?? { dependsOn: [] })) reached.add(service)
  return [...reached]
}

function waitsOf({ dependsOn = [] }: Pick<ServiceConfig, 'dependsOn'>) {
  return isCoded(dependsOn) ? [] : dependsOn
}

/** Plugins of a service, and what each is for. */
function requestsOf({ spec, checks }: ServiceConfig): { readonly request: PluginRequest; readonly label: string }[] {
  const runs =
    !isCoded(spec) && spec.program.kind === 'plugin' ? [{ request: spec.program.request, label: 'runs' }] : []
  const secrets = isCoded(spec) ? [] : spec.secrets.map(({ request }) => ({ request, label: 'secrets' }))
  const asked = PHASES.flatMap((phase) =>
    checks[phase]
      .filter((item) => item.enabled && runsHere(item))
      .filter(({ request }) => request.plugin !== RUN_SERVICE || request.repo !== undefined)
      .map(({ request }) => ({ request, label: phase })),
  )
  return [...runs, ...secrets, ...asked]
}

function serviceNode(name: string, enabled: ReadonlyMap<string, unknown>): GraphNode {
  return { id: `service ${name}`, kind: enabled.has(name) ? 'service' : 'missing', name }
}

function pluginNode(request: PluginRequest, versionOf: NonNullable<Drawing['versionOf']>): GraphNode {
  const name = request.repo ? `${request.repo}/${request.plugin}` : request.plugin
  const version = versionOf(request) ?? request.range
  return {
    id: `plugin ${name}@${version ?? ''}`,
    kind: 'plugin',
    name,
    ...omitUndefined({ version }),
  }
}

type Line = Omit<GraphEdge, 'labels'> & { readonly label: string }

/** Each node once, and one edge between two, with all its labels. */
function openCanvas() {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  return {
    node(node: GraphNode): string {
      if (!nodes.has(node.id)) nodes.set(node.id, node)
      return node.id
    },
    edge({ label, ...line }: Line): void {
      const key = JSON.stringify([line.from, line.to, line.kind])
      const labels = edges.get(key)?.labels ?? []
      edges.set(key, { ...line, labels: labels.includes(label) ? labels : [...labels, label] })
    },
    finish: (): ConfigGraph => ({ nodes: [...nodes.values()], edges: [...edges.values()] }),
  }
}
