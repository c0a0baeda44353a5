// `networks` of Compose as NetworkPolicies: a service is reached from the networks that it is in. Where all are in one there are no
// policies. What Compose keeps apart is not put together silently.
import type { Named, OperatedService, OperatorConfig } from '../../sdk/operator/index.ts'
import { isNamed, OperatorProblem } from '../../sdk/operator/index.ts'
import { joinedName } from './names.ts'
import type { KubernetesObject } from './objects.ts'
import { objectOf, PROJECT_LABEL, projectName, SERVICE_LABEL, selectorOf } from './objects.ts'
import type { Port } from './ports.ts'
import { publishedPorts } from './ports.ts'
import { refuseOthers } from './resources.ts'
import type { Work } from './work.ts'
import { problemOf } from './work.ts'

/** One network for all keeps nothing apart, unless nothing is to be reached out of it. */
export function keepsApart(services: readonly OperatedService[], { rest }: OperatorConfig): boolean {
  const used = new Set(services.flatMap((service) => Object.keys(networksOf(service))))
  const all = isNamed(rest.networks) ? rest.networks : {}
  return used.size > 1 || [...used].some((name) => isNamed(all[name]) && isInternal(all[name]))
}

/** In Compose, a service that names no network is in `default`; policies do not reach what has the network of its node. */
function networksOf({ compose }: OperatedService): Readonly<Record<string, unknown>> {
  const { networks, network_mode: mode } = compose
  if (mode === 'host') return {}
  if (networks === undefined || networks === null) return { default: {} }
  return Array.isArray(networks) ? Object.fromEntries(networks.map((name) => [String(name), {}])) : (networks as Named)
}

/** Labels of its pods, by which policies know them. */
export function networkLabels(service: OperatedService, { areApart }: Work): Readonly<Record<string, string>> {
  if (!areApart) return {}
  return Object.fromEntries(Object.keys(networksOf(service)).map((network) => [labelOf(network), 'true']))
}

function labelOf(network: string): string {
  return joinedName('octo-network', network)
}

/** Other names of a service; throws OperatorProblem for what a network cannot give it in a cluster. */
export function aliasesOf(service: OperatedService, work: Work): readonly string[] {
  return Object.entries(networksOf(service)).flatMap(([network, said]) => {
    const more = isNamed(said) ? said : {}
    refuseOthers(service, `networks.${network}`, more, ['aliases', 'priority'])
    const { aliases = [] } = more
    if (!Array.isArray(aliases)) throw problemOf(service, `\`networks.${network}.aliases\` is no list`)
    return aliases.map(String).filter((alias) => isInCluster(alias, service, work))
  })
}

/** A name with dots belongs to the DNS: no Service can have it. */
function isInCluster(alias: string, { name }: OperatedService, { note }: Work): boolean {
  if (!alias.includes('.')) return true
  note(
    `\`${name}\` is not reached as \`${alias}\` inside the cluster, if the DNS does not lead there: no Service can be called so`,
  )
  return false
}

/** One for each network in use. */
export function networkPolicies(services: readonly OperatedService[], work: Work): readonly KubernetesObject[] {
  const used = new Set(services.flatMap((service) => Object.keys(networksOf(service))))
  const isAnyInternal = [...used].some((network) => isInternal(settingsIn(network, work)))
  // What they say is looked at either way.
  const policies = [...used].map((network) => networkPolicy(network, isAnyInternal, work))
  return work.areApart ? policies : []
}

function settingsIn(network: string, { config }: Work): Named {
  const all = isNamed(config.rest.networks) ? config.rest.networks : {}
  if (network !== 'default' && !Object.hasOwn(all, network))
    throw new OperatorProblem(`network \`${network}\` is not among the \`networks\` of the config`)
  return isNamed(all[network]) ? all[network] : {}
}

function isInternal({ internal }: Named): boolean {
  return internal === true
}

/** Whether its pods may open connections out of their networks. */
export function reachesOut(service: OperatedService, work: Work): boolean {
  const networks = Object.keys(networksOf(service))
  return networks.length === 0 || networks.some((network) => !isInternal(settingsIn(network, work)))
}

function networkPolicy(network: string, isAnyInternal: boolean, work: Work): KubernetesObject {
  const { owner } = work
  const settings = settingsIn(network, work)
  const { internal: _, driver, ...rest } = settings
  const other = Object.keys(rest).find((key) => !['name', 'labels', 'attachable'].includes(key))
  if (other !== undefined || ![undefined, 'bridge', 'overlay'].includes(driver as string | undefined))
    throw new OperatorProblem(`\`${other ?? 'driver'}\` of network \`${network}\` cannot be written for Kubernetes`)
  const podSelector = { matchLabels: { [PROJECT_LABEL]: owner.project, [labelOf(network)]: 'true' } }
  // Out of an internal network nothing is reached; names still have to be looked up. A service that is in another one too
  // gets out there.
  const egress = isInternal(settings) ? [{ to: [{ podSelector }] }, { ports: DNS }] : [{}]
  return objectOf(
    owner,
    'NetworkPolicy',
    { name: projectName(owner, 'network', network) },
    {
      spec: {
        podSelector,
        policyTypes: isAnyInternal ? ['Ingress', 'Egress'] : ['Ingress'],
        ingress: [{ from: [{ podSelector }] }],
        ...(isAnyInternal ? { egress } : {}),
      },
    },
  )
}

const DNS = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
]

/** What a service publishes is reached from everywhere. */
export function openPolicy(name: string, ports: readonly Port[], { owner, areApart }: Work): KubernetesObject[] {
  const open = publishedPorts(ports)
  if (!areApart || open.length === 0) return []
  const labels = { [SERVICE_LABEL]: name }
  const podSelector = { matchLabels: selectorOf(owner.project, name) }
  const ingress = [{ ports: open.map(({ protocol, target }) => ({ protocol, port: target })) }]
  return [
    objectOf(
      owner,
      'NetworkPolicy',
      { name: joinedName(name, 'published'), labels },
      {
        spec: { podSelector, policyTypes: ['Ingress'], ingress },
      },
    ),
  ]
}
