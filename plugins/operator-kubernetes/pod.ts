// The pod of a service: its container, what it finds there, and how it is treated.
import type { Named, OperatedCheck, OperatedService } from '../../sdk/operator/index.ts'
import { isNamed, isRunService, ownValue, parseDuration, wordsOfRun } from '../../sdk/operator/index.ts'
import { handedOverWords } from './files.ts'
import type { Mounts } from './mounts.ts'
import { containerPorts, portsOf } from './ports.ts'
import type { Readiness } from './probes.ts'
import { resourcesOf } from './resources.ts'
import { containerSecurity, pairsOf, podSecurity } from './security.ts'
import { unexpanded, wordsOf } from './words.ts'
import type { Work } from './work.ts'
import { problemOf } from './work.ts'

/** What the container is given: the Secret of its variables and what is mounted. */
type Supplies = { readonly mounts: Mounts; readonly variables?: string }

type Part = { readonly name: string; readonly service: OperatedService; readonly supplies: Supplies }

/** The container that serves. Throws OperatorProblem. */
export function serviceContainer(part: Part, { probe }: Readiness): Named {
  const { service } = part
  const { compose, offered } = service
  const ports = containerPorts(portsOf(service))
  const args = wordsOf(offered?.command ?? compose.command, `\`command\` of service \`${service.name}\``)
  return {
    ...plainContainer(part, [...(args ?? []), ...handedOverWords(service)]),
    ...(ports.length > 0 ? { ports } : {}),
    ...(probe ? { readinessProbe: probe } : {}),
    ...stopHook(service),
    ...(compose.tty === true ? { tty: true } : {}),
    ...(compose.stdin_open === true ? { stdin: true } : {}),
  }
}

/** One for each step of `init`, that runs the service's own program with other words. */
export function stepContainers({ name, ...part }: Part, steps: readonly OperatedCheck[]): readonly Named[] {
  return steps.map((step, index) => {
    if (step.options.has('env'))
      throw problemOf(
        part.service,
        `\`env\` of \`${step.tool}\` cannot be written for Kubernetes, write \`environment\``,
      )
    return plainContainer(
      { ...part, name: index === 0 ? `${name}-init` : `${name}-init-${index + 1}` },
      wordsOfRun(step),
    )
  })
}

/** Steps of `init` that are run; the others are said. */
export function stepsOf(items: readonly OperatedCheck[], service: OperatedService, { note }: Work): OperatedCheck[] {
  for (const { tool } of items.filter((item) => !isRunService(item)))
    note(`\`${tool}\` is not run before service \`${service.name}\` starts`)
  return items.filter(isRunService)
}

function plainContainer({ name, service, supplies }: Part, args: readonly string[]): Named {
  const { compose, offered } = service
  const command = wordsOf(offered?.entrypoint ?? compose.entrypoint, `\`entrypoint\` of service \`${service.name}\``)
  const resources = resourcesOf(service)
  const securityContext = containerSecurity(service)
  return {
    name,
    image: offered?.image ?? String(compose.image),
    ...pullPolicy(service),
    ...(command && command.length > 0 ? { command: unexpanded(command) } : {}),
    ...(args.length > 0 ? { args: unexpanded(args) } : {}),
    ...(typeof compose.working_dir === 'string' ? { workingDir: compose.working_dir } : {}),
    ...(supplies.variables === undefined ? {} : { envFrom: [{ secretRef: { name: supplies.variables } }] }),
    ...(resources ? { resources } : {}),
    ...(securityContext ? { securityContext } : {}),
    ...(supplies.mounts.mounts.length > 0 ? { volumeMounts: supplies.mounts.mounts } : {}),
  }
}

const PULL: Readonly<Record<string, string>> = {
  always: 'Always',
  missing: 'IfNotPresent',
  if_not_present: 'IfNotPresent',
  never: 'Never',
}

function pullPolicy(service: OperatedService): Named {
  const { pull_policy: policy } = service.compose
  if (policy === undefined || policy === null) return {}
  const imagePullPolicy = ownValue(PULL, String(policy))
  if (!imagePullPolicy) throw problemOf(service, `\`pull_policy: ${policy}\` cannot be written for Kubernetes`)
  return { imagePullPolicy }
}

/** What stands beside the containers of a pod. Throws OperatorProblem. */
export function podSpec(service: OperatedService, { mounts }: Supplies): Named {
  const { compose } = service
  const securityContext = podSecurity(service)
  const grace = gracePeriod(service)
  const aliases = hostAliases(service)
  const volumes = Object.entries(mounts.volumes).map(([name, volume]) => ({ name, ...volume }))
  return {
    // Nothing here asks the API server, and Compose sets no variables for each other service.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
    ...(securityContext ? { securityContext } : {}),
    ...(typeof compose.hostname === 'string' ? { hostname: compose.hostname } : {}),
    ...(isHostNetwork(service) ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
    ...nodeSelector(service),
    ...(aliases.length > 0 ? { hostAliases: aliases } : {}),
    ...(volumes.length > 0 ? { volumes } : {}),
  }
}

export function isHostNetwork(service: OperatedService): boolean {
  const { network_mode: mode } = service.compose
  if (mode === undefined || mode === null || mode === 'bridge' || mode === 'default') return false
  if (mode === 'host') return true
  throw problemOf(service, `\`network_mode: ${String(mode)}\` cannot be written for Kubernetes`)
}

/** Another first signal than SIGTERM is sent by a hook, which waits for the end: SIGTERM comes after it. */
function stopHook(service: OperatedService): Named {
  const { compose, settings } = service
  const stop = isNamed(settings.stop) ? settings.stop : {}
  const said = String(compose.stop_signal ?? settings.stop_signal ?? stop.signal ?? 'SIGTERM')
  const [, signal] = /^(?:SIG)?([A-Z]{2,6}[12]?|[0-9]{1,2})$/.exec(said) ?? []
  if (signal === undefined)
    throw problemOf(service, `\`stop_signal: ${said}\` is no signal, expected for example \`SIGINT\``)
  if (signal === 'TERM' || signal === '15') return {}
  const line = `kill -${signal} 1 && while kill -0 1 2>/dev/null; do sleep 1; done`
  return { lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', line] } } } }
}

function gracePeriod(service: OperatedService): number | undefined {
  const { compose, settings } = service
  const stop = isNamed(settings.stop) ? settings.stop : {}
  const period = compose.stop_grace_period ?? settings.stop_grace_period ?? stop.timeout
  if (period === undefined || period === null) return undefined
  const ms = parseDuration(String(period))
  if (ms === undefined)
    throw problemOf(service, `\`stop_grace_period\` is \`${String(period)}\`, expected for example \`10s\``)
  return Math.ceil(ms / 1000)
}

/** `linux/arm64` */
function nodeSelector(service: OperatedService): Named {
  const { platform } = service.compose
  if (platform === undefined || platform === null) return {}
  const [os = '', arch = '', ...more] = String(platform).split('/')
  if (!/^[a-z0-9]+$/.test(os) || !/^[a-z0-9]+$/.test(arch) || more.length > 0)
    throw problemOf(service, `\`platform\` is \`${String(platform)}\`, expected for example \`linux/amd64\``)
  return { nodeSelector: { 'kubernetes.io/os': os, 'kubernetes.io/arch': arch } }
}

/** A map, or a list of `NAME=ADDRESS` and `NAME:ADDRESS`. */
function hostAliases(service: OperatedService): readonly Named[] {
  const { extra_hosts: written } = service.compose
  const pairs = Array.isArray(written)
    ? written.map((item) => String(item).split(/[=:](.*)/s, 2) as [string, string])
    : pairsOf(written)
  return pairs.map(([name, address]) => {
    const ip = address.replace(/^\[|\]$/g, '')
    if (!/^[0-9a-f.:]+$/i.test(ip))
      throw problemOf(service, `\`extra_hosts: ${name}\` is \`${ip}\`, expected an address of numbers for Kubernetes`)
    return { ip, hostnames: [name] }
  })
}
