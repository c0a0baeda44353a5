// What runs a service: a Deployment; a StatefulSet where it writes to a volume, so that never two pods do; a Job where it is to
// end. docs: README.md.
import type { Named, OperatedService } from '../../sdk/operator/index.ts'
import { isNamed, ownValue } from '../../sdk/operator/index.ts'
import { digest, joinedName } from './names.ts'
import { networkLabels } from './networks.ts'
import type { Kind, KubernetesObject } from './objects.ts'
import { objectOf, PART_LABEL, PROJECT_LABEL, SERVICE_LABEL, selectorOf } from './objects.ts'
import { isHostNetwork } from './pod.ts'
import { pairsOf } from './security.ts'
import type { Work } from './work.ts'
import { problemOf } from './work.ts'

type WorkloadKind = Extract<Kind, 'Deployment' | 'StatefulSet' | 'Job'>

type Facts = { readonly isAwaitedToEnd: boolean; readonly writesVolumes: boolean }

/** `no` and waiting for the end make a Job; Kubernetes starts everything else again whenever it ends. */
export function workloadKind(
  service: OperatedService,
  { isAwaitedToEnd, writesVolumes }: Facts,
  work: Work,
): WorkloadKind {
  const policy = restartOf(service)
  if (isAwaitedToEnd || policy === 'no') return 'Job'
  if (policy.startsWith('on-failure'))
    work.note(
      `service \`${service.name}\` is started again also when it ends well: \`restart: on-failure\` is for services that others wait for to end`,
    )
  return writesVolumes ? 'StatefulSet' : 'Deployment'
}

const CONDITIONS: Readonly<Record<string, string>> = { none: 'no', 'on-failure': 'on-failure', any: 'always' }

/** Without a word it is `always`: what is a service in a cluster goes on. */
function restartOf(service: OperatedService): string {
  const { compose, settings } = service
  const deploy = isNamed(compose.deploy) && isNamed(compose.deploy.restart_policy) ? compose.deploy.restart_policy : {}
  const own = isNamed(settings.restart) ? settings.restart.policy : settings.restart
  const said = compose.restart ?? own ?? ownValue(CONDITIONS, String(deploy.condition)) ?? 'always'
  const policy = said === false ? 'no' : String(said)
  if (!/^(no|always|unless-stopped|on-failure(:[0-9]{1,4})?)$/.test(policy))
    throw problemOf(
      service,
      `\`restart\` is \`${policy}\`, expected \`no\`, \`on-failure\`, \`always\` or \`unless-stopped\``,
    )
  return policy
}

/** How often it is tried again: `on-failure:3`. */
function triesOf(service: OperatedService): number {
  const policy = restartOf(service)
  if (!policy.startsWith('on-failure')) return 0
  const { settings } = service
  const most = isNamed(settings.restart) ? settings.restart.max_attempts : policy.split(':')[1]
  return most === undefined ? 6 : Number(most)
}

export function replicasOf(service: OperatedService): number | undefined {
  const { compose, settings } = service
  const deploy = isNamed(compose.deploy) ? compose.deploy : {}
  const said = deploy.replicas ?? compose.scale ?? settings.replicas
  if (said === undefined || said === null) return undefined
  if (typeof said === 'number' && Number.isInteger(said) && said >= 0) return said
  throw problemOf(service, `\`replicas\` is \`${String(said)}\`, expected a number`)
}

export type Pod = {
  readonly service: OperatedService
  /** Of the service in Kubernetes. */
  readonly name: string
  readonly spec: Named
  /** Changes with what the pod is given beside its own words. */
  readonly supplies: string
}

/** A Deployment or a StatefulSet. */
export function servingWorkload(kind: 'Deployment' | 'StatefulSet', pod: Pod, work: Work): KubernetesObject {
  const { owner } = work
  const { service, name, spec, supplies } = pod
  const replicas = replicasOf(service)
  const matchLabels = selectorOf(owner.project, name)
  const annotations = annotationsOf(service)
  return objectOf(
    owner,
    kind,
    { name, labels: { [SERVICE_LABEL]: name }, annotations },
    {
      spec: {
        ...(replicas === undefined ? {} : { replicas }),
        selector: { matchLabels },
        // The volume, or the port of the node, is free for the new pod only when the old one has gone.
        ...(kind === 'StatefulSet'
          ? { serviceName: name, podManagementPolicy: 'Parallel' }
          : isHostNetwork(service)
            ? { strategy: { type: 'Recreate' } }
            : {}),
        template: {
          metadata: {
            labels: { ...matchLabels, ...networkLabels(service, work) },
            annotations: { ...annotations, 'octo.supplies': supplies },
          },
          spec,
        },
      },
    },
  )
}

/** Its name changes with what it does: a Job never changes, and what has ended well is not done again. */
export function jobWorkload(part: 'service' | 'init', pod: Pod, work: Work): KubernetesObject {
  const { owner } = work
  const { service, name, spec, supplies } = pod
  const tries = part === 'init' ? 0 : triesOf(service)
  const labels = { [PROJECT_LABEL]: owner.project, [SERVICE_LABEL]: name, [PART_LABEL]: part }
  const annotations = annotationsOf(service)
  const body = {
    backoffLimit: tries,
    template: {
      metadata: {
        labels: { ...labels, ...networkLabels(service, work) },
        annotations: { ...annotations, 'octo.supplies': supplies },
      },
      spec: { ...spec, restartPolicy: 'Never' },
    },
  }
  const named = joinedName(...(part === 'init' ? [name, 'init'] : [name]), digest(JSON.stringify(body)))
  return objectOf(owner, 'Job', { name: named, labels: { [SERVICE_LABEL]: name }, annotations }, { spec: body })
}

const ANNOTATION = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/

/** Labels of Compose are texts of any form, which labels of Kubernetes are not. */
function annotationsOf(service: OperatedService): Readonly<Record<string, string>> {
  const { labels, annotations, deploy } = service.compose
  const all = [...pairsOf(labels), ...pairsOf(isNamed(deploy) ? deploy.labels : undefined), ...pairsOf(annotations)]
  const other = all.find(([key]) => !ANNOTATION.test(key))
  if (other) throw problemOf(service, `label \`${other[0]}\` is no name of an annotation in Kubernetes`)
  return Object.fromEntries(all)
}
