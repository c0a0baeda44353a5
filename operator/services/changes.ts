// What has to be done so that what runs is what the config says: which services are new, gone or changed, in what, and which
// instances are stopped and started for it, in which order. Pure, so that whoever asks and whoever supervises find the same.
import { coded } from '../../schemas/errors.ts'
import type { KnownService } from './journal/journal.ts'
import type { State } from './life/lifecycle.ts'
import { isAtRest } from './life/lifecycle.ts'
import { changedFields, digest } from './specs/digests.ts'
import type { Runnable, RunnableService } from './specs/runnable.ts'

/** `update` takes effect while it runs, `start` is of one that is at rest and as the config says. */
export type Action = 'add' | 'remove' | 'restart' | 'start' | 'update'

export type Change = {
  readonly service: string
  readonly action: Action
  /** What differs, by name; empty where all of it is new or gone, or nothing but that it does not run. */
  readonly fields: readonly string[]
}

export type Changes = {
  readonly changes: readonly Change[]
  /** Instances, in the order in which that is begun. */
  readonly stops: readonly string[]
  readonly starts: readonly string[]
  /** Of the config and what was started, however the services are by now. */
  readonly digest: string
}

type Found = { readonly service: string; readonly instance: string; readonly state: State }

type Present = {
  readonly services: ReadonlyMap<string, KnownService>
  readonly instances: readonly Found[]
  readonly next: Pick<Runnable, 'services' | 'order'>
  /** Services that nobody asked about stay as they are, also when the config has them no more. */
  readonly isPartial: boolean
}

/** Before, the services were not told apart part by part. */
const SOMETHING = ['what it is started with']

export function changesOf(present: Present): Changes {
  const { services, instances, next, isPartial } = present
  const gone = isPartial ? [] : [...services.keys()].filter((name) => !next.services.has(name))
  const kept = [...next.services.values()].flatMap((service) => changeOf(service, present) ?? [])
  const changes = [...gone.map((service): Change => ({ service, action: 'remove', fields: [] })), ...kept]
  const stopped = new Set(changes.filter(({ action }) => action === 'remove' || action === 'restart').map(nameOf))
  const stops = instances.filter((one) => !isAtRest(one) && (stopped.has(one.service) || isSurplus(one, next)))
  const starts = changes.flatMap(({ service, action }) => startsOf({ service, action }, present))
  const started = [...next.services.values()].map(({ name, digest, settings }) => [name, digest, settings])
  return {
    changes,
    stops: inOrder(stops, (name) => services.get(name)?.waitsFor ?? [])
      .toReversed()
      .map(({ instance }) => instance),
    starts: inOrder(starts, (name) => (next.order.get(name) ?? []).map(nameOf)).map(({ instance }) => instance),
    digest: digest([started, gone, [...services].map(([name, known]) => [name, known.digest])]),
  }
}

function nameOf({ service }: { readonly service: string }): string {
  return service
}

function changeOf(service: RunnableService, present: Present): Change | undefined {
  const { name, digest, fields, settings } = service
  const known = present.services.get(name)
  const own = present.instances.filter((one) => one.service === name)
  if (!known || own.length === 0) return { service: name, action: 'add', fields: [] }
  if (known.digest !== digest) {
    const changed = Object.keys(known.fields ?? {}).length > 0 ? changedFields(known.fields ?? {}, fields) : SOMETHING
    return { service: name, action: own.every(isAtRest) ? 'start' : 'restart', fields: changed }
  }
  const changed = known.settings ? changedFields(known.settings, settings) : []
  if (changed.length > 0) return { service: name, action: 'update', fields: changed }
  return startsOf({ service: name, action: 'start' }, present).length > 0
    ? { service: name, action: 'start', fields: [] }
    : undefined
}

/** What has completed, and would do the same again, is done. */
function startsOf(
  { service: name, action }: Pick<Change, 'service' | 'action'>,
  { services, instances, next }: Present,
) {
  const service = next.services.get(name)
  if (!service || action === 'remove') return []
  const isSame = services.get(name)?.digest === service.digest
  return Array.from({ length: service.spec.replicas }, (_, at) => `${name}.${at + 1}`)
    .filter((id) => {
      const found = instances.find(({ instance }) => instance === id)
      if (!found || !isSame) return true
      return isAtRest(found) && found.state !== 'completed'
    })
    .map((instance) => ({ service: name, instance }))
}

function isSurplus({ service, instance }: Found, { services }: Present['next']): boolean {
  const found = services.get(service)
  return found !== undefined && Number(instance.slice(service.length + 1)) > found.spec.replicas
}

/** Each behind what it waits for, however far that is. */
function inOrder<One extends { readonly service: string }>(
  all: readonly One[],
  waitsFor: (service: string) => readonly string[],
): readonly One[] {
  const levels = new Map<string, number>()
  const levelOf = (name: string): number => {
    const known = levels.get(name)
    if (known !== undefined) return known
    // What an earlier config said in a circle ends here.
    levels.set(name, 0)
    const level = Math.max(-1, ...waitsFor(name).map(levelOf)) + 1
    levels.set(name, level)
    return level
  }
  return all.toSorted((one, other) => levelOf(one.service) - levelOf(other.service))
}

/** For people, in one sentence. */
export function changesInWords({ changes }: Changes): string {
  const said = changes.map(
    ({ service, action, fields }) => `${action} ${service}${fields.length > 0 ? ` (${fields.join(', ')})` : ''}`,
  )
  return said.length === 0 ? 'nothing differed' : said.join('; ')
}

export function changedMeanwhile(): Error {
  return coded('CHANGES_OUTDATED', {
    message: 'the config, or what runs, was changed since the changes were shown, and nothing was done',
    hint: 'look at them again: `octo apply`',
  })
}
