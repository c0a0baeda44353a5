// What has to be there before a service: the `depends_on` of Compose and octo's own `depends`, as one map with conditions.
import { ownValue } from '../../schemas/own-value.ts'
import type { Named } from './config.ts'
import { isNamed } from './config.ts'
import { OperatorProblem } from './problem.ts'
import type { OperatedService } from './services.ts'

/** octo's own words for what Compose says longer. */
const CONDITIONS: Readonly<Record<string, string>> = {
  started: 'service_started',
  healthy: 'service_healthy',
  completed: 'service_completed_successfully',
}
/** By service: `condition` in Compose's words, and what else was said. */
export type Dependencies = Readonly<Record<string, Named>>

/** Throws OperatorProblem for a `depends_on` that is neither a list nor a map. */
export function dependenciesOf({ name, compose, settings }: OperatedService): Dependencies {
  const written = compose.depends_on ?? settings.depends_on
  return { ...ownDependencies(settings.depends), ...composeDependencies(name, written) }
}

function composeDependencies(name: string, written: unknown): Record<string, Named> {
  if (written === undefined || written === null) return {}
  if (Array.isArray(written))
    return Object.fromEntries(written.map((target) => [String(target), { condition: 'service_started' }]))
  if (!isNamed(written)) throw new OperatorProblem(`\`depends_on\` of service \`${name}\` is neither a list nor a map`)
  return Object.fromEntries(
    Object.entries(written).map(([target, said]) => {
      const { condition = 'service_started', ...rest } = isNamed(said) ? said : {}
      return [target, { ...rest, condition: ownValue(CONDITIONS, String(condition)) ?? condition }]
    }),
  )
}

/** `[{service: db}, {health: api}]` */
function ownDependencies(depends: unknown): Record<string, Named> {
  const items = Array.isArray(depends) ? depends.filter(isNamed) : []
  return Object.fromEntries(
    items.flatMap(({ service, health }) => {
      if (health !== undefined) return [[String(health), { condition: 'service_healthy' }]]
      return service === undefined ? [] : [[String(service), { condition: 'service_started' }]]
    }),
  )
}
