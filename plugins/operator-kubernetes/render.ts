// The services of a config as objects of Kubernetes, in the order in which they are started. Pure: what is applied, asked and
// waited for is for others.
import type { OperatedService, OperatorConfig } from '../../sdk/operator/index.ts'
import { checksOf, isNamed, OperatorProblem, servicesOf, yamlText } from '../../sdk/operator/index.ts'
import { clusterServices, noteUnpublished } from './cluster-services.ts'
import { variablesOf } from './environment.ts'
import type { Files } from './files.ts'
import { fileMounts, secretMounts } from './files.ts'
import { installationOf } from './installed-checks.ts'
import { checkKeys } from './keys.ts'
import { joinMounts } from './mounts.ts'
import { digest, joinedName, projectLabel, serviceName } from './names.ts'
import { keepsApart, networkPolicies, openPolicy } from './networks.ts'
import type { KubernetesObject } from './objects.ts'
import { objectOf, referenceOf, SERVICE_LABEL } from './objects.ts'
import { podSpec, serviceContainer, stepContainers, stepsOf } from './pod.ts'
import { portsOf } from './ports.ts'
import { OPERATOR_NAMES, readinessOf } from './probes.ts'
import type { Settings } from './settings.ts'
import { settingsOf } from './settings.ts'
import type { RenderedService, Stage, Waits } from './stages.ts'
import { stagesOf, waitsOf } from './stages.ts'
import type { Claim } from './volumes.ts'
import { claimObjects, volumeMounts } from './volumes.ts'
import type { Given, Work } from './work.ts'
import type { Pod } from './workload.ts'
import { jobWorkload, replicasOf, servingWorkload, workloadKind } from './workload.ts'

export type Rendering = {
  /** The value of the label by which everything here is found. */
  readonly project: string
  readonly settings: Settings
  readonly stages: readonly Stage[]
  readonly services: readonly RenderedService[]
  readonly waits: Waits
  /** What was left out or written otherwise. */
  readonly notes: readonly string[]
}

type Rendered = RenderedService & { readonly claims: readonly Claim[]; readonly shared: readonly KubernetesObject[] }

/** Throws OperatorProblem for what no cluster can be given. */
export function render(config: OperatorConfig, given: Given): Rendering {
  const notes: string[] = []
  const settings = settingsOf(config)
  const project = projectLabel(config.name)
  const { namespace } = settings
  const note = (line: string) => void (notes.includes(line) || notes.push(line))
  const running = servicesOf(config).filter((service) => isRun(service, note))
  if (running.length === 0)
    throw new OperatorProblem('no service of the config has an image, so there is nothing to start')
  const work: Work = {
    config,
    settings,
    given,
    owner: { project, ...(namespace === undefined ? {} : { namespace }) },
    areApart: keepsApart(running, config),
    note,
  }
  const waits = waitsOf(running, work)
  const awaited = new Set(
    [...waits.values()].flat().flatMap(({ target, condition }) => (condition.includes('completed') ? [target] : [])),
  )
  const services = running.map((service) => renderService(service, awaited.has(service.name), work))
  noteWeakWaits(services, waits, work)
  noteNotifications(config, work)
  noteUnpublished(
    services.map(({ service, name }) => ({ service, name, ports: portsOf(service) })),
    work,
  )
  const used = services.map(
    ({ name, claims, service }) => [name, claims, replicasOf(service) ?? 1] as [string, readonly Claim[], number],
  )
  const shared = unique([...claimObjects(used, work), ...services.flatMap((one) => one.shared)])
  const stages = stagesOf([...networkPolicies(running, work), ...shared], services, waits)
  refuseTwice(stages.flatMap(({ objects }) => objects))
  return { project, settings, stages, services, waits, notes }
}

function isRun({ name, compose, offered }: OperatedService, note: Work['note']): boolean {
  const { profiles } = compose
  if (Array.isArray(profiles) && profiles.length > 0) note(`service \`${name}\` is for a profile, it is left out`)
  else if (offered || compose.image !== undefined) return true
  else note(`service \`${name}\` has no image, it is left out`)
  return false
}

function renderService(service: OperatedService, isAwaitedToEnd: boolean, work: Work): Rendered {
  checkKeys(service, work)
  const name = serviceName(service.name)
  const ports = portsOf(service)
  const files = fileMounts(name, service, work)
  const secrets = secretMounts(service, work)
  const { claims, ...volumes } = volumeMounts(service, work)
  const variables = variableObject(name, service, work)
  const mounts = joinMounts(service, [volumes, files, secrets])
  const supplies = { mounts, ...(variables[0] ? { variables: variables[0].metadata.name } : {}) }
  const writesVolumes = claims.some(({ isWritten }) => isWritten)
  const kind = workloadKind(service, { isAwaitedToEnd, writesVolumes }, work)
  const steps = stepContainers(
    { name, service, supplies },
    stepsOf(checksOf(service, 'init', OPERATOR_NAMES), service, work),
  )
  for (const { tool } of checksOf(service, 'validate', OPERATOR_NAMES))
    work.note(`\`${tool}\` is not run before service \`${service.name}\` starts, \`octo check\` runs it`)
  // Steps that need a volume run where the volume is: in the pod itself.
  const isInPod = claims.length > 0 || kind === 'Job'
  const readiness = readinessOf(service, work)
  const check = readiness.installed && installationOf({ name, service }, readiness.installed, work)
  const checked = check ? { ...supplies, mounts: joinMounts(service, [mounts, check]) } : supplies
  const container = serviceContainer({ name, service, supplies: checked }, readiness)
  const first = [...(check ? [check.container] : []), ...(isInPod ? steps : [])]
  const pod: Pod = {
    service,
    name,
    supplies: digestOf(variables, files, secrets, ...(check ? [check] : [])),
    spec: {
      ...podSpec(service, checked),
      ...(first.length > 0 ? { initContainers: first } : {}),
      containers: [container],
    },
  }
  const alone: Pod = { ...pod, supplies: digestOf(variables, files, secrets), spec: podSpec(service, supplies) }
  const init = isInPod || steps.length === 0 ? {} : { init: initJob(alone, steps, work) }
  const isReached = kind !== 'Job'
  return {
    service,
    name,
    claims,
    shared: secrets.objects,
    before: [
      ...variables,
      ...files.objects,
      ...(check?.objects ?? []),
      ...(isReached ? [...clusterServices({ service, name, ports }, work), ...openPolicy(name, ports, work)] : []),
    ],
    ...init,
    workload: kind === 'Job' ? jobWorkload('service', pod, work) : servingWorkload(kind, pod, work),
    hasProbe: readiness.probe !== undefined,
  }
}

/** All steps but the last come before it, each once the one before has ended well. */
function initJob(pod: Pod, steps: readonly Pod['spec'][], work: Work): KubernetesObject {
  const { spec } = pod
  const earlier = steps.slice(0, -1)
  return jobWorkload(
    'init',
    {
      ...pod,
      spec: { ...spec, ...(earlier.length > 0 ? { initContainers: earlier } : {}), containers: steps.slice(-1) },
    },
    work,
  )
}

function variableObject(name: string, service: OperatedService, work: Work): readonly KubernetesObject[] {
  const variables = Object.entries(variablesOf(service, work))
  if (variables.length === 0) return []
  const data = Object.fromEntries(variables.map(([key, text]) => [key, Buffer.from(text).toString('base64')]))
  const labels = { [SERVICE_LABEL]: name }
  return [objectOf(work.owner, 'Secret', { name: joinedName(name, 'variables'), labels }, { type: 'Opaque', data })]
}

/** Pods are made anew when what they are given has changed: Kubernetes does not look. */
function digestOf(variables: readonly KubernetesObject[], ...files: readonly Files[]): string {
  const data = [...variables, ...files.flatMap(({ objects }) => objects)]
  return digest(JSON.stringify(data.map(({ metadata, ...content }) => [metadata.name, content])))
}

function noteWeakWaits(services: readonly RenderedService[], waits: Waits, { note }: Work): void {
  for (const [name, targets] of waits)
    for (const { target, condition } of targets) {
      const found = services.find(({ service }) => service.name === target)
      if (condition === 'service_healthy' && found && !found.hasProbe)
        note(
          `service \`${name}\` waits until \`${target}\` is healthy, and that has no probe: it is enough that it runs`,
        )
    }
}

function noteNotifications({ octoctl, rest }: OperatorConfig, { note }: Work): void {
  const places = [octoctl, rest.operator, rest].filter(isNamed)
  if (places.some(({ notifications }) => notifications !== undefined && notifications !== null))
    note('`notifications` are sent where octo itself runs services, and not from a cluster')
}

function unique(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return [...new Map(objects.map((object) => [referenceOf(object), object])).values()]
}

/** Two names of the config may be one in Kubernetes. */
function refuseTwice(objects: readonly KubernetesObject[]): void {
  const seen = new Map<string, string>()
  for (const object of objects) {
    const reference = referenceOf(object)
    if (seen.has(reference))
      throw new OperatorProblem(
        `two things of the config would be \`${reference}\` in Kubernetes: give one of them another name`,
      )
    seen.set(reference, object.metadata.name)
  }
}

/** Each Secret without what is in it, so that nobody who reads along learns it, and nobody applies an empty one. */
export function shownText({ stages }: Rendering): string {
  const objects = stages.flatMap((stage) => stage.objects)
  return objects.map((object) => `---\n${yamlText(object.kind === 'Secret' ? hidden(object) : object)}`).join('')
}

const HIDDEN = '*** hidden by octo ***'

function hidden(object: KubernetesObject): KubernetesObject {
  const keys = Object.keys(object.data ?? {})
  return { ...object, data: Object.fromEntries(keys.map((key) => [key, HIDDEN])) }
}

/** For `--filename=-`: one after the other, as the API server itself checks no fields of what comes as one List. */
export function inputOf(objects: readonly KubernetesObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('')
}
