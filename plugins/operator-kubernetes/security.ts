// As whom a service runs and what it may do: `user`, `cap_add`, `read_only` and their like.
import type { Named, OperatedService } from '../../sdk/operator/index.ts'
import { ownValue } from '../../sdk/operator/index.ts'
import { problemOf } from './work.ts'

/** Of the container; throws OperatorProblem for what cannot be written. */
export function containerSecurity(service: OperatedService): Named | undefined {
  const { compose } = service
  const { privileged, read_only: readOnly } = compose
  const add = capabilities(service, compose.cap_add)
  const drop = capabilities(service, compose.cap_drop)
  const context = {
    ...containerUser(service),
    ...(privileged === true ? { privileged: true } : {}),
    ...(readOnly === true ? { readOnlyRootFilesystem: true } : {}),
    ...(isWithoutNewPrivileges(service) ? { allowPrivilegeEscalation: false } : {}),
    ...(add.length + drop.length > 0
      ? { capabilities: { ...(add.length > 0 ? { add } : {}), ...(drop.length > 0 ? { drop } : {}) } }
      : {}),
  }
  return Object.keys(context).length > 0 ? context : undefined
}

/** Of the pod. */
export function podSecurity(service: OperatedService): Named | undefined {
  const { group_add: groups = [], sysctls } = service.compose
  const supplementalGroups = [groups].flat().map((group) => {
    if (!/^[0-9]{1,10}$/.test(String(group))) throw problemOf(service, `group \`${group}\` is no number`)
    return Number(group)
  })
  const pairs = pairsOf(sysctls)
  const context = {
    ...(supplementalGroups.length > 0 ? { supplementalGroups } : {}),
    ...(pairs.length > 0 ? { sysctls: pairs.map(([name, value]) => ({ name, value })) } : {}),
  }
  return Object.keys(context).length > 0 ? context : undefined
}

/** The one user whose number is the same in every image. */
const ROOT: Readonly<Record<string, string>> = { root: '0', 'root:root': '0:0' }

/** `1000`, `1000:1000` */
export function containerUser(service: OperatedService): Named {
  const { user } = service.compose
  if (user === undefined || user === null) return {}
  const [matched, id, group] =
    /^([0-9]{1,10})(?::([0-9]{1,10}))?$/.exec(ownValue(ROOT, String(user)) ?? String(user)) ?? []
  if (matched === undefined)
    throw problemOf(service, `\`user\` is \`${String(user)}\`, expected numbers such as \`1000:1000\` for Kubernetes`)
  return { runAsUser: Number(id), ...(group === undefined ? {} : { runAsGroup: Number(group) }) }
}

function capabilities(service: OperatedService, list: unknown): readonly string[] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw problemOf(service, '`cap_add` and `cap_drop` are lists')
  return list.map((name) => String(name).toUpperCase().replace(/^CAP_/, ''))
}

function isWithoutNewPrivileges(service: OperatedService): boolean {
  const options = [service.compose.security_opt ?? []].flat().map(String)
  const other = options.find((option) => !/^no-new-privileges([:=]true)?$/.test(option))
  if (other !== undefined) throw problemOf(service, `\`security_opt: ${other}\` cannot be written for Kubernetes`)
  return options.length > 0
}

/** A map, or a list of `NAME=value`. */
export function pairsOf(written: unknown): readonly (readonly [string, string])[] {
  if (Array.isArray(written))
    return written.map((item) => {
      const [name = '', ...value] = String(item).split('=')
      return [name, value.join('=')] as const
    })
  return Object.entries((written ?? {}) as Named).map(([name, value]) => [name, String(value ?? '')] as const)
}
