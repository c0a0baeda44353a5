// How the services that were started differ from what the config says now, by the marks that were noted when they were. Nothing is
// installed for it, so that a newer version of a plugin is not seen, nor another source of secrets.
import type { OctoConfig, ServiceConfig } from '../../../config/model/config.ts'
import { planService } from '../../check/plan.ts'
import type { ProjectStatus } from '../../services/control/protocol.ts'
import type { KnownService } from '../../services/journal/journal.ts'
import { changedFields, fieldsOf, settingsOf } from '../../services/specs/digests.ts'

export function withDifferences(
  found: ProjectStatus,
  config: OctoConfig,
  known: ReadonlyMap<string, KnownService>,
): ProjectStatus {
  if (known.size === 0) return found
  const enabled = new Map(config.services.filter((service) => service.enabled).map((one) => [one.name, one]))
  const services = found.services.map((one) => {
    const service = enabled.get(one.service)
    const changed = service && changedIn(service, { config, known: known.get(one.service) })
    const { differs: _, ...rest } = one
    return changed === undefined ? one : { ...rest, ...(changed.length > 0 ? { differs: true as const, changed } : {}) }
  })
  const added = [...enabled.keys()].filter((name) => !known.has(name))
  const gone = [...known.keys()].filter((name) => !enabled.has(name))
  return { ...found, services, ...(added.length + gone.length > 0 ? { notInBoth: { added, gone } } : {}) }
}

type Compared = { readonly config: OctoConfig; readonly known: KnownService | undefined }

/** Undefined where it cannot be told. */
function changedIn(
  service: ServiceConfig,
  { config: { operator: _, ...config }, known }: Compared,
): readonly string[] | undefined {
  if (service.spec instanceof Error || Object.keys(known?.fields ?? {}).length === 0) return undefined
  const { version: __, secrets: ___, ...fields } = known?.fields ?? {}
  const settings = settingsOf(service.spec, planService(service, 'health', config))
  return [
    ...changedFields(fields, fieldsOf({ spec: service.spec, executable: undefined, secrets: [] })),
    ...changedFields(known?.settings ?? settings, settings),
  ]
}
