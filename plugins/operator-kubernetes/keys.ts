// Every key that Compose gives a service, and what becomes of it: what is written, what only matters elsewhere, and what would
// change how the service runs and is refused by name.
import type { Named, OperatedService } from '../../sdk/operator/index.ts'
import { isNamed, ownValue } from '../../sdk/operator/index.ts'
import { refuseOthers } from './resources.ts'
import type { Work } from './work.ts'
import { problemOf } from './work.ts'

const WRITTEN = new Set(
  `annotations cap_add cap_drop command configs cpus depends_on deploy entrypoint environment expose extra_hosts group_add
  healthcheck hostname image labels mem_limit mem_reservation network_mode networks platform ports privileged profiles
  pull_policy read_only restart scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs tty
  user volumes working_dir`.split(/\s+/),
)

/** They change nothing of what runs in a cluster. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  build: 'the image has to be in a registry that the cluster reads',
  container_name: 'pods have names of their own',
  develop: 'it is for `docker compose watch`',
  logging: 'the nodes of the cluster collect logs',
}

const ADVICE: Readonly<Record<string, string>> = {
  env_file: 'write `environment`',
  extends: 'write its keys out, or include a document',
  links: 'services reach each other by their names',
  mem_swappiness: 'nodes decide it',
}

/** Off by default, so that a config may say so. */
const HARMLESS_WHEN_FALSE = ['init', 'oom_kill_disable', 'use_api_socket']

/** Throws OperatorProblem that names all keys of a service which cannot be written. */
export function checkKeys(service: OperatedService, { note }: Work): void {
  const { name, compose, settings } = service
  const said = Object.entries(compose).filter(([key, value]) => isSaid(key, value))
  const refused = said.map(([key]) => key).filter((key) => !WRITTEN.has(key) && !Object.hasOwn(ELSEWHERE, key))
  if (refused.length > 0) {
    const advice = refused.flatMap((key) => ownValue(ADVICE, key) ?? [])
    throw problemOf(
      service,
      `${refused.map((key) => `\`${key}\``).join(', ')} cannot be written for Kubernetes${advice.length > 0 ? `: ${advice.join('; ')}` : ''}`,
    )
  }
  for (const [key] of said)
    if (Object.hasOwn(ELSEWHERE, key)) note(`\`${key}\` of service \`${name}\` is left out: ${ELSEWHERE[key]}`)
  if (isFromPlugins(settings.secrets) || [compose.secrets ?? []].flat().some(isSource))
    throw problemOf(service, '`secrets` of a plugin are fetched where octo itself runs services, not in a cluster')
  if (isNamed(compose.deploy)) checkDeploy(service, compose.deploy)
}

function isFromPlugins(secrets: unknown): boolean {
  return secrets !== undefined && secrets !== null && secrets !== false
}

/** A plugin that gives secrets, and no name of a secret of Compose. */
function isSource(item: unknown): boolean {
  return item === true || (isNamed(item) && item.source === undefined)
}

function checkDeploy(service: OperatedService, deploy: Named): void {
  refuseOthers(service, 'deploy', deploy, ['mode', 'replicas', 'resources', 'labels', 'restart_policy'])
  if (![undefined, 'replicated'].includes(deploy.mode as string | undefined))
    throw problemOf(service, `\`deploy.mode: ${String(deploy.mode)}\` cannot be written for Kubernetes`)
  if (isNamed(deploy.restart_policy))
    refuseOthers(service, 'deploy.restart_policy', deploy.restart_policy, ['condition', 'max_attempts'])
}

function isSaid(key: string, value: unknown): boolean {
  if (key.startsWith('x-') || value === undefined || value === null) return false
  if (Array.isArray(value) && value.length === 0) return false
  return !(value === false && HARMLESS_WHEN_FALSE.includes(key))
}
