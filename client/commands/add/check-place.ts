// Where a check is written: into the service as the config has it, whatever format that is, or beside the services that are there.
import type { Phase } from '../../../config/model/config.ts'
import { PHASES } from '../../../config/model/config.ts'
import { PHASE_KEYS } from '../../../config/model/services.ts'
import { coded } from '../../../schemas/errors.ts'
import { mapOf } from '../../../schemas/is-map.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import { quote } from '../../../schemas/quote.ts'
import type { Path } from '../../../schemas/yaml/edit.ts'
import { parseYaml } from '../../../schemas/yaml/parse.ts'
import type { OwnConfig } from './own-config.ts'

export type CheckPlace = {
  readonly path: Path
  /** The file says nothing of the service yet. */
  readonly isNew: boolean
  /** The checks that stand there. */
  readonly present: readonly unknown[]
}

/** Throws YAML_INVALID. */
export function checkPlace({ text, path: name }: OwnConfig, service: string, phase: Phase): CheckPlace {
  const data = mapOf(parseYaml(text, name).value)
  const [way, isNew] = serviceIn(data, service)
  const keys = PHASE_KEYS[phase]
  const found = way.reduce<Data>((at, key) => mapOf(at[key]), data)
  const usual = way.at(-1) === 'octocompose' && phase === 'preflight' ? 'validate' : phase
  const key = keys.find((known) => Object.hasOwn(found, known)) ?? usual
  const there = found[key]
  return { path: [...way, key] as unknown as Path, isNew, present: Array.isArray(there) ? there : [] }
}

type Data = Readonly<Record<string, unknown>>

function serviceIn(data: Data, service: string): readonly [readonly string[], boolean] {
  const [own, others] = [mapOf(mapOf(data.operator).services), mapOf(data.services)]
  if (Object.hasOwn(own, service)) return [['operator', 'services', service], false]
  if (Object.hasOwn(others, service))
    return [isWrapped(mapOf(others[service])) ? ['services', service, 'octocompose'] : ['services', service], false]
  const isCompose = Object.values(others).some((other) => isWrapped(mapOf(other)))
  if (Object.keys(others).length > 0)
    return [isCompose ? ['services', service, 'octocompose'] : ['services', service], true]
  const isLater = !Object.hasOwn(data, 'operator') && (Object.hasOwn(data, 'octoctl') || Object.hasOwn(data, 'repos'))
  return [isLater ? ['services', service, 'octocompose'] : ['operator', 'services', service], true]
}

/** Checks stand apart from the keys of Compose, unless they stand beside them already. */
function isWrapped(service: Data): boolean {
  if (Object.hasOwn(service, 'octocompose')) return true
  const keys = Object.keys(service)
  const checks = Object.values(PHASE_KEYS).flat() as readonly string[]
  return keys.length > 0 && !keys.some((key) => checks.includes(key) && Array.isArray(service[key]))
}

/** What was said, or what the plugin says it is for. Throws USAGE. */
export function phaseOf(said: string | undefined, { category }: Pick<ReleasedManifest, 'category'>): Phase {
  const wanted = said ?? category
  const found = PHASES.find((phase) => phase === wanted)
  if (found) return found
  throw coded('USAGE', {
    message:
      said === undefined
        ? `the plugin does not say whether it is a check before the start or of what runs (category ${quote(category ?? 'none')})`
        : `there is no phase ${quote(said)}, expected ${PHASES.map(quote).join(', ')}`,
    hint: 'say `--phase preflight` for a check before the start, `--phase health` for one of what runs',
  })
}
