// What has to be there before a service, as Compose takes it: what may be missing and is, is left out.
import type { Dependencies, Named } from '../../sdk/operator/index.ts'
import { isNamed, OperatorProblem } from '../../sdk/operator/index.ts'

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
