// What has to be there before a service: the `depends_on` of Compose and octo's own `depends`, as one map with conditions.
import type { Named, OperatedService } from '../../sdk/operator/index.ts'
import { isNamed, OperatorProblem } from '../../sdk/operator/index.ts'

/** octo's own words for what Compose says longer. */
const CONDITIONS: Readonly<Record<string, string>> = {
  started: 'service_started',
  healthy: 'service_healthy',
  completed: 'service_completed_successfully',
}
type Dependencies = Readonly<Record<string, Named>>

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
      return [target, { ...rest, condition: CONDITIONS[String(condition)] ?? condition }]
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

type Rendered = Readonly<Record<string, Named>>

type Setting = { readonly hasDependencyOptions: boolean; readonly note: (line: string) => void }

/** Without what may be missing, and is. Throws OperatorProblem for a service that depends on none of those that are started. */
export function settledDependencies(services: Rendered, { hasDependencyOptions, note }: Setting): Rendered {
  return Object.fromEntries(
    Object.entries(services).map(([name, { depends_on: dependencies, ...service }]) => {
      const kept = Object.entries((dependencies ?? {}) as Dependencies).flatMap(([target, said]) => {
        const found = services[target]
        if (!found && said.required === false) return []
        if (!found) throw notStarted(name, target)
        if (said.condition === 'service_healthy' && !hasHealthCheck(found))
          note(
            `service \`${name}\` waits until \`${target}\` is healthy, which only a health check in its image can tell`,
          )
        return [[target, hasDependencyOptions ? said : { condition: said.condition }] as const]
      })
      return [name, kept.length > 0 ? { ...service, depends_on: Object.fromEntries(kept) } : service]
    }),
  )
}

function notStarted(name: string, target: string): OperatorProblem {
  return new OperatorProblem(
    `service \`${name}\` depends on \`${target}\`, which is not among the services that are started`,
  )
}

function hasHealthCheck({ healthcheck }: Named): boolean {
  return isNamed(healthcheck) && healthcheck.disable !== true
}
