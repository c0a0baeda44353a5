// The Services of the cluster, by which a service is reached: by its name and its aliases from inside, and from outside where
// the config says how ports are published.
import type { OperatedService } from '../../sdk/operator/index.ts'
import { joinedName, serviceName } from './names.ts'
import { aliasesOf } from './networks.ts'
import type { KubernetesObject } from './objects.ts'
import { objectOf, SERVICE_LABEL, selectorOf } from './objects.ts'
import type { Port } from './ports.ts'
import { innerPorts, outerPorts, publishedPorts } from './ports.ts'
import type { Work } from './work.ts'

type Reached = { readonly service: OperatedService; readonly name: string; readonly ports: readonly Port[] }

export function clusterServices({ service, name, ports }: Reached, work: Work): readonly KubernetesObject[] {
  const { owner, settings } = work
  const labels = { [SERVICE_LABEL]: name }
  const selector = selectorOf(owner.project, name)
  // Without ports the name leads to the pods themselves, on every port.
  const inner = ports.length === 0 ? { clusterIP: 'None', selector } : { selector, ports: innerPorts(ports) }
  const names = new Set([name, ...aliasesOf(service, work).map(serviceName)])
  const outer = outerPorts(ports)
  return [
    ...[...names].map((one) => objectOf(owner, 'Service', { name: one, labels }, { spec: inner })),
    ...(outer.length > 0 && settings.publish !== 'none'
      ? [
          objectOf(
            owner,
            'Service',
            { name: joinedName(name, 'published'), labels },
            {
              spec: { type: settings.publish, selector, ports: outer },
            },
          ),
        ]
      : []),
  ]
}

/** Said once, as most configs publish something. */
export function noteUnpublished(reached: readonly Reached[], { settings, note }: Work): void {
  for (const { name, ports } of reached)
    for (const { target, published } of ports.filter(({ isLocal }) => isLocal))
      note(
        `port ${target} of \`${name}\` is for one machine: \`octo compose port-forward service/${name} ${published}:${target}\``,
      )
  if (settings.publish !== 'none') return
  const first = reached.find(({ ports }) => publishedPorts(ports).length > 0)
  const [port] = first ? publishedPorts(first.ports) : []
  if (first && port)
    note(
      `ports are reached inside the cluster only: \`octo compose port-forward service/${first.name} ${port.published}:${port.target}\` leads to one from here, \`configs.operator-kubernetes.publish: LoadBalancer\` publishes them`,
    )
}
