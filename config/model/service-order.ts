// Which services come before which: what cannot be followed is refused before anything is started. Pure.
import type { CodedError } from '../../schemas/errors.ts'
import { coded, throwDefect } from '../../schemas/errors.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote } from '../../schemas/quote.ts'
import { showPlace } from '../document/invalid.ts'
import type { Place } from '../document/node.ts'
import type { Dependency, ServiceSpec } from './service-spec.ts'

type OrderedService = {
  readonly name: string
  readonly place?: Place | undefined
  readonly spec: Pick<ServiceSpec, 'dependsOn' | 'restart'>
  readonly hasHealth: boolean
}

type Order = ReadonlyMap<string, readonly Dependency[]>
type LookedAt = { readonly order: Order; readonly problems: readonly CodedError[] }

/**
 * What each service waits for; throws CONFIG_INVALID where a wait could not end, or would be for nothing. Those that are there
 * and cannot be run are for whoever starts them to refuse.
 */
export function orderOf(services: readonly OrderedService[], there: ReadonlySet<string>): Order {
  const { order, problems } = lookAtOrder(services, there)
  for (const problem of problems) throw problem
  return order
}

/** The same with all that is wrong; what could not be followed is left out. */
export function lookAtOrder(services: readonly OrderedService[], there: ReadonlySet<string>): LookedAt {
  const known = new Map(services.map((service) => [service.name, service]))
  const problems: CodedError[] = []
  const attempt = <Value>(act: () => Value): Value | undefined => {
    try {
      return act()
    } catch (error) {
      throwDefect(error)
      problems.push(error)
      return undefined
    }
  }
  const order = new Map(
    services.map(
      (service) =>
        [
          service.name,
          service.spec.dependsOn.filter((edge) => attempt(() => isEdge(service, edge, { known, there }))),
        ] as const,
    ),
  )
  attempt(() => refuseCircles(order, known))
  return { order, problems }
}

type Services = { readonly known: ReadonlyMap<string, OrderedService>; readonly there: ReadonlySet<string> }

function isEdge(
  { name, place }: OrderedService,
  { service, condition, isOptional }: Dependency,
  { known, there }: Services,
): boolean {
  const found = known.get(service)
  if (!found && there.has(service)) return true
  if (!found && isOptional) return false
  if (!found) throw unknownService({ name, place }, service, [...there])
  if (condition === 'healthy' && !found.hasHealth)
    throw refused(`${quote(name)} waits until ${quote(service)} is healthy, which has no health checks`, {
      place,
      hint: `give ${quote(service)} a check in \`health\`, or wait for \`started\``,
    })
  if (condition === 'completed' && ['always', 'unless-stopped'].includes(found.spec.restart.policy))
    throw refused(`${quote(name)} waits until ${quote(service)} has completed, which is always restarted`, {
      place,
      hint: `write \`restart: on-failure\` for ${quote(service)}`,
    })
  return true
}

function unknownService(
  { name, place }: Pick<OrderedService, 'name' | 'place'>,
  service: string,
  names: readonly string[],
): Error {
  const nearest = nearestWord(service, names)
  return refused(`${quote(name)} waits for ${quote(service)}, which this config has not, or has switched off`, {
    place,
    hint: nearest === undefined ? `add the service, or write \`required: false\`` : `did you mean ${quote(nearest)}?`,
  })
}

type More = { readonly place: Place | undefined; readonly hint: string }

function refused(problem: string, { place, hint }: More): Error {
  if (!place) return coded('CONFIG_INVALID', { message: problem, hint })
  return coded('CONFIG_INVALID', { place: showPlace(place), message: problem, details: { ...place }, hint })
}

function refuseCircles(order: Order, known: Services['known']): void {
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): void => {
    if (done.has(name)) return
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].map(quote).join(' → ')
      throw refused(`services wait for each other: ${circle}`, {
        place: known.get(name)?.place,
        hint: 'take one of the `depends_on` away',
      })
    }
    for (const { service } of order.get(name) ?? []) visit(service, [...path, name])
    done.add(name)
  }
  for (const name of order.keys()) visit(name, [])
}

/** The services and all that they wait for. */
export function withDependencies(names: readonly string[], order: Order): ReadonlySet<string> {
  const found = new Set<string>()
  const add = (name: string): void => {
    if (found.has(name)) return
    found.add(name)
    for (const { service } of order.get(name) ?? []) add(service)
  }
  for (const name of names) add(name)
  return found
}
