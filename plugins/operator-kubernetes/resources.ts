// How much of a node a service may use: `deploy.resources` of Compose, or its older keys.
import type { Named, OperatedService } from '../../sdk/operator/index.ts'
import { isNamed } from '../../sdk/operator/index.ts'
import { problemOf } from './work.ts'

const UNITS: Readonly<Record<string, string>> = { '': '', b: '', k: 'Ki', m: 'Mi', g: 'Gi', t: 'Ti' }
const BYTES = /^([0-9]+)\s*([bkmgt]?)b?$/i

/** Throws OperatorProblem for an amount that is none, and for a limit that a container cannot be given. */
export function resourcesOf(service: OperatedService): Named | undefined {
  const { compose } = service
  const said = isNamed(compose.deploy) && isNamed(compose.deploy.resources) ? compose.deploy.resources : {}
  refuseOthers(service, 'deploy.resources', said, ['limits', 'reservations'])
  const limits = amounts(service, 'limits', said.limits, { cpus: compose.cpus, memory: compose.mem_limit })
  const requests = amounts(service, 'reservations', said.reservations, { memory: compose.mem_reservation })
  if (!limits && !requests) return undefined
  return { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) }
}

function amounts(service: OperatedService, key: string, said: unknown, older: Named): Named | undefined {
  const map = isNamed(said) ? said : {}
  refuseOthers(service, `deploy.resources.${key}`, map, ['cpus', 'memory'])
  const cpu = map.cpus ?? older.cpus
  const memory = map.memory ?? older.memory
  if (cpu === undefined && memory === undefined) return undefined
  return {
    ...(cpu === undefined ? {} : { cpu: processors(service, cpu) }),
    ...(memory === undefined ? {} : { memory: bytesOf(service, memory) }),
  }
}

function processors(service: OperatedService, value: unknown): string {
  const count = Number(value)
  if (String(value).trim() === '' || !(count > 0)) throw problemOf(service, `\`${value}\` is no number of processors`)
  return Number.isInteger(count) ? String(count) : `${Math.max(1, Math.round(count * 1000))}m`
}

/** Compose's `512m` are mebibytes; Kubernetes would read half a byte. */
export function bytesOf(service: OperatedService, value: unknown): string {
  const [, amount, unit = ''] = BYTES.exec(String(value)) ?? []
  if (amount === undefined || Number(amount) === 0)
    throw problemOf(service, `\`${value}\` is no size of memory, expected for example \`512m\``)
  return `${amount}${UNITS[unit.toLowerCase()] ?? ''}`
}

export function refuseOthers(service: OperatedService, place: string, map: Named, known: readonly string[]): void {
  const others = Object.keys(map).filter((key) => !known.includes(key) && map[key] !== null && !key.startsWith('x-'))
  if (others.length > 0)
    throw problemOf(
      service,
      `${others.map((key) => `\`${place}.${key}\``).join(', ')} cannot be written for Kubernetes`,
    )
}
