// The order of a start: what a service waits for is applied in an earlier stage, and is well before the next one begins. Kubernetes
// itself knows no order, so it holds for a start only.
import type { Named, OperatedService } from '../../sdk/operator/index.ts'
import { dependenciesOf, OperatorProblem } from '../../sdk/operator/index.ts'
import type { KubernetesObject } from './objects.ts'
import type { Work } from './work.ts'
import { problemOf } from './work.ts'

export type Awaited = { readonly workload: KubernetesObject; readonly until: 'ready' | 'complete' }

export type Stage = {
  readonly objects: readonly KubernetesObject[]
  /** What has to be reached before the next stage. */
  readonly awaited: readonly Awaited[]
}

export type RenderedService = {
  readonly service: OperatedService
  /** In Kubernetes. */
  readonly name: string
  /** What it needs before it runs: Secrets, ConfigMaps, Services. */
  readonly before: readonly KubernetesObject[]
  /** Runs its steps of `init`, apart from it. */
  readonly init?: KubernetesObject
  readonly workload: KubernetesObject
  readonly hasProbe: boolean
}

export type Waits = ReadonlyMap<string, readonly Wait[]>
type Wait = { readonly target: string; readonly condition: string }

const CONDITIONS = ['service_started', 'service_healthy', 'service_completed_successfully']

/** What each service waits for. Throws OperatorProblem for a service that waits for none of these, or for itself by way of others. */
export function waitsOf(services: readonly OperatedService[], work: Work): Waits {
  const names = new Set(services.map(({ name }) => name))
  const waits = new Map(services.map((service) => [service.name, waitsOfService(service, names, work)]))
  for (const { name } of services) refuseCircle(name, waits, [])
  return waits
}

function waitsOfService(service: OperatedService, names: ReadonlySet<string>, { note }: Work): readonly Wait[] {
  return Object.entries(dependenciesOf(service)).flatMap(([target, said]: [string, Named]): Wait[] => {
    const condition = String(said.condition)
    if (!CONDITIONS.includes(condition))
      throw problemOf(
        service,
        `\`${condition}\` is no condition of \`depends_on\`, expected one of ${CONDITIONS.join(', ')}`,
      )
    if (!names.has(target) && said.required === false) return []
    if (!names.has(target))
      throw problemOf(service, `depends on \`${target}\`, which is not among the services that are started`)
    if (said.restart === true)
      note(`service \`${service.name}\` is not started again with \`${target}\`: Kubernetes knows no such tie`)
    return [{ target, condition }]
  })
}

function refuseCircle(name: string, waits: Waits, path: readonly string[]): void {
  if (path.includes(name))
    throw new OperatorProblem(`services wait for each other: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`)
  for (const { target } of waits.get(name) ?? []) refuseCircle(target, waits, [...path, name])
}

/** `shared` comes first. */
export function stagesOf(
  shared: readonly KubernetesObject[],
  services: readonly RenderedService[],
  waits: Waits,
): readonly Stage[] {
  const byName = new Map(services.map((service) => [service.service.name, service]))
  const places = new Map<string, number>()
  const place = (name: string): number => {
    const known = places.get(name)
    if (known !== undefined) return known
    const after = (waits.get(name) ?? []).map(({ target }) => place(target) + 1)
    const own = Math.max(0, ...after) + (byName.get(name)?.init ? 1 : 0)
    places.set(name, own)
    return own
  }
  const last = Math.max(0, ...services.map(({ service }) => place(service.name)))
  const all = Array.from({ length: last + 1 }, (_, index): Stage => {
    const starting = services.filter(({ service, init }) => place(service.name) - (init ? 1 : 0) === index)
    const running = services.filter(({ service }) => place(service.name) === index)
    const next = services.filter(({ service, init }) => place(service.name) - (init ? 1 : 0) === index + 1)
    return {
      objects: [
        ...(index === 0 ? shared : []),
        ...starting.flatMap(({ before, init }) => [...before, ...(init ? [init] : [])]),
        ...running.map(({ workload }) => workload),
      ],
      awaited: [
        ...next.flatMap(({ service }) => awaitedBy(waits.get(service.name) ?? [], byName)),
        ...starting.flatMap(({ init }) => (init ? [{ workload: init, until: 'complete' as const }] : [])),
      ],
    }
  })
  return joined(all)
}

function awaitedBy(waits: readonly Wait[], services: ReadonlyMap<string, RenderedService>): readonly Awaited[] {
  return waits.flatMap(({ target, condition }) => {
    const workload = services.get(target)?.workload
    if (!workload || condition === 'service_started') return []
    return [{ workload, until: condition === 'service_healthy' ? ('ready' as const) : ('complete' as const) }]
  })
}

/** A stage that nobody waits for goes together with the next. */
function joined(stages: readonly Stage[]): readonly Stage[] {
  const done: Stage[] = []
  for (const stage of stages) {
    const last = done.at(-1)
    const isOpen = last !== undefined && last.awaited.length === 0
    if (isOpen) done.pop()
    done.push(unique({ ...stage, objects: [...(isOpen ? last.objects : []), ...stage.objects] }))
  }
  return done
}

function unique({ objects, awaited }: Stage): Stage {
  const keys = awaited.map(({ workload, until }) => `${workload.metadata.name} ${until}`)
  return { objects, awaited: awaited.filter((_, index) => keys.indexOf(keys[index] ?? '') === index) }
}
