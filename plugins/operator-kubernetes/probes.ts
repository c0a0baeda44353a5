// Checks of a service as the readiness probe of its container: an unhealthy service is given no work and is not killed, as on
// bare metal. The kubelet asks the pod from outside of it, so what answers on localhost only is not ready; a plugin is started inside.
import type { Named, OperatedCheck, OperatedService, Probe } from '../../sdk/operator/index.ts'
import { checksOf, isNamed, parseDuration, probeOf } from '../../sdk/operator/index.ts'
import type { InstalledProgram } from './installed-checks.ts'
import { installedCommand, problemOfInstalled } from './installed-checks.ts'
import { refuseOthers } from './resources.ts'
import { unexpanded, wordsOf } from './words.ts'
import type { Work } from './work.ts'
import { problemOf } from './work.ts'

/** Names that `operators:` of a check knows this operator by. */
export const OPERATOR_NAMES = ['kubernetes', 'operator-kubernetes']

const OWN_HOSTS = ['localhost', '127.0.0.1', '::1', '0.0.0.0', '::']
const DEFAULT_PERIOD_MS = 10_000
const DEFAULT_TIMEOUT_MS = 5000
/** As long as octo itself gives a health check. */
const DEFAULT_EXEC_TIMEOUT_MS = 10_000

export type Readiness = {
  readonly probe?: Named
  /** The plugin that the probe starts, which has to be installed in the pod. */
  readonly installed?: InstalledProgram
}

type Asked = { readonly check: OperatedCheck; readonly probe: Probe | undefined }

/** The probe of a service, if it has one; says which checks are left to `octo check`. Throws OperatorProblem. */
export function readinessOf(service: OperatedService, work: Work): Readiness {
  const { compose } = service
  if (isNamed(compose.healthcheck)) return withProbe(ownHealthCheck(service, compose.healthcheck))
  const asked = checksOf(service, 'health', OPERATOR_NAMES).map((check) => ({ check, probe: ownProbe(service, check) }))
  // What Kubernetes can ask by itself costs less than starting a program.
  const own = asked.find(({ probe }) => probe !== undefined)
  const started = own ? undefined : asked.find(({ check }) => problemOfInstalled(service, check, work) === undefined)
  for (const one of asked)
    if (one !== own && one !== started && !isImplied(one.probe, own?.probe))
      noteLeft(service, one, { own, started, work })
  if (own?.probe) return { probe: { ...action(own.probe), ...patience(own.check, DEFAULT_TIMEOUT_MS) } }
  const installed = started?.check.installed
  if (!started || installed?.kind !== 'program') return {}
  const { check } = started
  const timeoutMs = installed.timeoutMs ?? DEFAULT_EXEC_TIMEOUT_MS
  return { probe: { exec: { command: installedCommand(installed) }, ...patience(check, timeoutMs) }, installed }
}

function withProbe(probe: Named | undefined): Readiness {
  return probe ? { probe } : {}
}

function patience(check: OperatedCheck, timeoutMs: number): Named {
  return {
    periodSeconds: seconds(check.intervalMs ?? DEFAULT_PERIOD_MS),
    timeoutSeconds: seconds(check.timeoutMs ?? timeoutMs),
    successThreshold: check.successThreshold,
    failureThreshold: check.failureThreshold,
  }
}

type Left = { readonly own: Asked | undefined; readonly started: Asked | undefined; readonly work: Work }

/** A container has one readiness probe. */
function noteLeft(service: OperatedService, { check, probe }: Asked, { own, started, work }: Left): void {
  const subject = `check \`${check.tool}\` of service \`${service.name}\``
  const chosen = own ?? started
  const problem = probe ? undefined : problemOfInstalled(service, check, work)
  if (problem === undefined)
    work.note(`${subject} is left to \`octo check\`: Kubernetes has one probe, which is \`${chosen?.check.tool}\``)
  else if (problem === '') work.note(`${subject} is no probe of Kubernetes, \`octo check\` runs it`)
  else work.note(`${subject} is no probe of Kubernetes, as it ${problem}: \`octo check\` runs it`)
}

/** What Kubernetes can ask of this service, no less than the check asks. */
function ownProbe({ name }: OperatedService, check: OperatedCheck): Probe | undefined {
  const probe = probeOf(check)
  if (!probe || ![...OWN_HOSTS, name].includes(probe.host)) return undefined
  // The kubelet takes every certificate.
  return probe.kind === 'http' && probe.isSecure && !probe.isInsecure ? undefined : probe
}

/** Whoever answers HTTP or gRPC on a port accepts connections there. */
function isImplied(probe: Probe | undefined, by: Probe | undefined): boolean {
  return probe !== undefined && by !== undefined && probe.kind === 'tcp' && probe.port === by.port
}

function action(probe: Probe): Named {
  const { port } = probe
  switch (probe.kind) {
    case 'tcp':
      return { tcpSocket: { port } }
    case 'http': {
      const host = probe.host.includes(':') ? `[${probe.host}]` : probe.host
      const { path, isSecure } = probe
      // The name that the check asks for: servers of several sites, or with a list of their names, know no other.
      const httpHeaders = [{ name: 'Host', value: `${host}:${port}` }]
      return { httpGet: { path, port, scheme: isSecure ? 'HTTPS' : 'HTTP', httpHeaders } }
    }
    case 'grpc':
      return { grpc: { port, ...(probe.service === '' ? {} : { service: probe.service }) } }
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}

const KEYS = ['test', 'interval', 'timeout', 'retries', 'start_period', 'start_interval', 'disable']

/** `healthcheck` of Compose counts before the checks. Its start period is no matter where nobody is killed. */
function ownHealthCheck(service: OperatedService, check: Named): Named | undefined {
  refuseOthers(service, 'healthcheck', check, KEYS)
  const { test, interval, timeout, retries, disable } = check
  const command = testCommand(service, test)
  if (disable === true || command === undefined) return undefined
  return {
    exec: { command: unexpanded(command) },
    periodSeconds: seconds(duration(service, interval) ?? 30_000),
    timeoutSeconds: seconds(duration(service, timeout) ?? 30_000),
    failureThreshold: typeof retries === 'number' && retries > 0 ? retries : 3,
  }
}

function testCommand(service: OperatedService, test: unknown): readonly string[] | undefined {
  if (typeof test === 'string') return ['/bin/sh', '-c', test]
  const [kind, ...words] = wordsOf(test, `\`healthcheck.test\` of service \`${service.name}\``) ?? []
  if (kind === undefined || kind === 'NONE') return undefined
  if (kind === 'CMD') return words
  if (kind === 'CMD-SHELL') return ['/bin/sh', '-c', words.join(' ')]
  throw problemOf(service, `\`healthcheck.test\` begins with \`${kind}\`, expected CMD, CMD-SHELL or NONE`)
}

function duration(service: OperatedService, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const ms = parseDuration(String(value))
  if (ms === undefined) throw problemOf(service, `\`${String(value)}\` is no duration, expected for example \`10s\``)
  return ms
}
