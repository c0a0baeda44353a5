// The way of one instance from the checks before its start to a program that runs, with what its config said when that way began.
import { messageOf } from '../../../schemas/errors.ts'
import type { One } from '../journal/instances.ts'
import type { KnownService } from '../journal/journal.ts'
import type { End } from '../life/end.ts'
import type { Event } from '../life/lifecycle.ts'
import { markOf } from '../project/marks.ts'
import type { SecretsKeeper } from '../secrets/keeper.ts'
import { keepSpec } from '../specs/kept-specs.ts'
import type { LoadedServices } from '../specs/loaded-services.ts'
import type { PreparationFacts, Preparing } from './preparation.ts'
import { runAll } from './preparation.ts'
import { startProgram } from './start-program.ts'

/** `locate` comes with each config. */
export type BeginningFacts = Omit<PreparationFacts, 'locate'> & { readonly log: (line: string) => void }

type BeginningDeps = BeginningFacts & {
  readonly loaded: Pick<LoadedServices, 'required'>
  readonly serviceOf: (name: string) => KnownService
  readonly remember: (name: string, service: KnownService) => void
  readonly secrets: Pick<SecretsKeeper, 'handedTo'>
}

type Beginning = {
  /** Its `preflight`, and its `init` where that did not pass for what is started yet. Never rejects. */
  prepare(one: One, signal: AbortSignal): Promise<Event>
  /** Starts its program. Never rejects. */
  spawn(one: One): Promise<Spawned>
}

/** `ended` is there once it runs. */
type Spawned = { readonly event: Event; readonly ended?: Promise<End> }

type Loaded = ReturnType<LoadedServices['required']>

export function openBeginning(deps: BeginningDeps): Beginning {
  const { loaded, log } = deps
  const mark = markOf(deps.places)
  /** With what the checks before the start have passed: a config that came meanwhile was not looked at by them. */
  const prepared = new Map<string, { readonly generation: number } & Loaded>()
  /** An `init` that is under way is one for all replicas. */
  const inits = new Map<string, Promise<string | undefined>>()

  async function prepareAll(one: One, signal: AbortSignal): Promise<string | undefined> {
    const required = loaded.required(one.service)
    prepared.set(one.id, { generation: one.instance.generation, ...required })
    const { service, runnable, locate } = required
    rememberStart(service)
    const preparing = { id: one.id, runnable, signal, secrets: deps.secrets.handedTo(service) }
    const problem = await runAll(service, service.checks.preflight, preparing, { ...deps, locate })
    if (problem !== undefined || deps.serviceOf(one.service).preparedFor === service.initDigest) return problem
    const key = `${service.name} ${service.initDigest}`
    const init = inits.get(key) ?? initialise(required, preparing).finally(() => inits.delete(key))
    inits.set(key, init)
    return init
  }

  /** What is started is what a next supervisor starts again, and what the config is compared with. */
  function rememberStart(service: Loaded['service']): void {
    keepSpec(deps.places, service)
    const known = deps.serviceOf(service.name)
    if (known.digest === service.digest) return
    log(`${service.name}: what it ran with is not at hand, so it is started as its config says now`)
    deps.remember(service.name, { ...known, digest: service.digest, fields: service.fields })
  }

  async function initialise({ service, locate }: Loaded, preparing: Preparing): Promise<string | undefined> {
    const unready = await runAll(service, service.checks.init, preparing, { ...deps, locate })
    // Asked now: its config may have been read anew meanwhile.
    if (unready === undefined)
      deps.remember(service.name, { ...deps.serviceOf(service.name), preparedFor: service.initDigest })
    return unready
  }

  /** It may be of another config than what ran before it. */
  function noteStarted({ name, digest, fields }: Loaded['service']): void {
    const known = deps.serviceOf(name)
    if (known.digest !== digest) deps.remember(name, { ...known, digest, fields })
  }

  return {
    async prepare(one, signal) {
      const { generation } = one.instance
      try {
        const reason = await prepareAll(one, signal)
        return reason === undefined ? { kind: 'prepared', generation } : { kind: 'unprepared', generation, reason }
      } catch (error) {
        return { kind: 'unprepared', generation, reason: messageOf(error) }
      }
    },
    async spawn(one) {
      const { generation } = one.instance
      try {
        const found = prepared.get(one.id)
        const { service, locate } = found?.generation === generation ? found : loaded.required(one.service)
        const secrets = deps.secrets.handedTo(service)
        const wanted = { id: one.id, mark: mark(one.id, one.instance), secrets }
        const { process, ended } = await startProgram(service, wanted, { ...deps, locate })
        noteStarted(service)
        return { event: { kind: 'spawned', generation, process }, ended }
      } catch (error) {
        return { event: { kind: 'not-spawned', generation, reason: messageOf(error) } }
      }
    },
  }
}
