// Which instances are watched, by what their config said when that began, and what their checks have shown.
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import type { CheckOutcome } from '../../check/outcome.ts'
import type { Lanes } from '../../lanes/lanes.ts'
import type { One } from '../journal/instances.ts'
import type { Event } from '../life/lifecycle.ts'
import { oneLine } from '../life/said-by-others.ts'
import type { PreparationFacts } from '../program/preparation.ts'
import { ownProgramOf } from '../program/preparation.ts'
import type { SecretsKeeper } from '../secrets/keeper.ts'
import type { LoadedServices } from '../specs/loaded-services.ts'
import type { SeenCheck } from './health-watch.ts'
import { watchHealth } from './health-watch.ts'

type WatchedDeps = Omit<PreparationFacts, 'locate'> & {
  readonly lanes: Lanes
  readonly loaded: Pick<LoadedServices, 'of' | 'required'>
  readonly tell: (one: One, event: Event) => void
  readonly secrets: Pick<SecretsKeeper, 'handedTo'>
  /** Beside what this comes to for the instance. */
  readonly onChecks: (one: One, seen: readonly SeenCheck[], before?: readonly SeenCheck[]) => void
  readonly onRun: (instance: string, name: string, outcome: CheckOutcome) => void
}

export type WatchedInstances = {
  /** Until it is aborted. */
  watch(one: One, signal: AbortSignal): void
  /** By the checks that its config names now. */
  isWatched(one: One): boolean
  seen(one: One): readonly SeenCheck[] | undefined
}

/** Of one start, with checks of that mark. */
type Watch = {
  readonly generation: number
  readonly health: string | undefined
  readonly checks?: readonly SeenCheck[]
}

type OnHealth = Parameters<typeof watchHealth>[0]['onHealth']

export function openWatchedInstances(deps: WatchedDeps): WatchedInstances {
  const { loaded, tell } = deps
  const watched = new Map<string, Watch>()

  return {
    watch(one, signal) {
      const { service, runnable, locate } = loaded.required(one.service)
      const { generation } = one.instance
      const watch = { generation, health: service.settings.health }
      watched.set(one.id, watch)
      const facts = { ...deps, locate }
      const runService: ReturnType<typeof ownProgramOf> = (check, aborted) =>
        ownProgramOf(service, { id: one.id, signal, secrets: deps.secrets.handedTo(service) }, facts)(check, aborted)
      const onHealth: OnHealth = (health, shown, reason) => {
        const seen = shown.map(cleaned)
        deps.onChecks(one, seen, watched.get(one.id)?.checks)
        watched.set(one.id, { ...watch, checks: seen })
        if (health === one.instance.health && reason === one.instance.reason) return
        tell(one, { kind: 'health', generation, health, ...omitUndefined({ reason }) })
      }
      const id = `${one.id} ${generation}`
      const { checks, spec } = service
      const onRun = (name: string, outcome: CheckOutcome) => deps.onRun(one.id, name, outcome)
      const { startPeriodMs } = spec
      watchHealth({ id, checks: checks.health, runnable, startPeriodMs, signal, runService, onHealth, onRun }, facts)
    },
    isWatched({ id, service, instance }) {
      const found = watched.get(id)
      if (found?.generation !== instance.generation) return false
      return found.health === loaded.of(service)?.settings.health
    },
    seen({ id, instance }) {
      const found = watched.get(id)
      return found?.generation === instance.generation ? found.checks : undefined
    },
  }
}

function cleaned({ summary, ...check }: SeenCheck): SeenCheck {
  return { ...check, ...(summary === undefined ? {} : { summary: oneLine(summary) }) }
}
