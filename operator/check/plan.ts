// Which checks of a config are run, and which are shown as skipped and why. Pure.
import type { CheckItem, OctoConfig, Phase, PluginRequest, ServiceConfig } from '../../config/model/config.ts'
import { RUN_SERVICE } from '../../config/model/plugin-request.ts'
import { OPERATOR_KIND, pinned, runsHere } from '../../config/model/requests.ts'
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import { nearestWord } from '../../schemas/nearest-word.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { marksOf } from './marks.ts'
import type { CheckOutcome } from './outcome.ts'

export type PlannedCheck = {
  readonly service: string
  readonly phase: Phase
  readonly item: CheckItem
  /** With what the pins of the config say. */
  readonly request: PluginRequest
  /** What tells it from the other checks of its plugin in this phase of the service, where there are any. */
  readonly mark?: string
  /** `run`, or the reason why not. */
  readonly fate:
    | { readonly kind: 'run' }
    /** `isMet`: there is nothing to find out, as the service is past it. */
    | { readonly kind: 'skip'; readonly reason: string; readonly isMet?: true }
    | { readonly kind: 'refuse'; readonly reason: string; readonly problem?: CodedError }
}

type Selection = {
  /** Names of services; all when empty. */
  readonly services: readonly string[]
  readonly phases: readonly Phase[]
  /** Services whose programs run here; none when absent. */
  readonly running?: ReadonlySet<string>
}

/** The checks in the order of the config; throws USAGE for an unknown service and CONFIG_INVALID for no check at all. */
export function planChecks(config: OctoConfig, { services, phases, running }: Selection): PlannedCheck[] {
  const planned = chosenServices(config, services).flatMap((service) =>
    phases.flatMap((phase) =>
      planService(service, phase, config).map((check) => (running?.has(service.name) ? pastItsPort(check) : check)),
    ),
  )
  if (planned.length === 0) throw nothingToCheck(config, { services, phases })
  if (planned.every(isSkipped)) throw allSkipped(planned)
  return services.length > 0 ? notPassedOver(planned) : planned
}

/** Asks before the start of a service whether its port is free. */
export function asksForFreePort({ phase, request }: Pick<PlannedCheck, 'phase' | 'request'>): boolean {
  return phase === 'preflight' && request.plugin === 'check-tcp-port'
}

/** The port of a service that runs is taken, by itself. */
function pastItsPort(check: PlannedCheck): PlannedCheck {
  if (check.fate.kind !== 'run' || !asksForFreePort(check)) return check
  return { ...check, fate: { kind: 'skip', reason: 'the service runs, and has its port', isMet: true } }
}

/** The checks of one phase of a service. */
export function planService(service: ServiceConfig, phase: Phase, config: OctoConfig): readonly PlannedCheck[] {
  return marked(service.checks[phase].map((item) => planCheck(item, { service, phase, config })))
}

/** A service that was named and would run nothing is unknown, as one without checks is; the others run. */
function notPassedOver(planned: readonly PlannedCheck[]): PlannedCheck[] {
  const idle = [...Map.groupBy(planned, ({ service }) => service).values()].filter((own) => own.every(isSkipped))
  const refused = new Set(idle.flat())
  return planned.map((check) =>
    check.fate.kind === 'skip' && refused.has(check)
      ? { ...check, fate: { kind: 'refuse', reason: check.fate.reason } }
      : check,
  )
}

function isSkipped({ fate }: PlannedCheck): boolean {
  return fate.kind === 'skip' && !fate.isMet
}

/** Those of one phase of a service. */
function marked(checks: readonly PlannedCheck[]): readonly PlannedCheck[] {
  const alike = [...Map.groupBy(checks, ({ request }) => request.plugin).values()].filter(({ length }) => length > 1)
  const marks = new Map(
    alike.flatMap((own) => marksOf(own.map(({ item }) => item)).map((mark, index) => [own[index], mark] as const)),
  )
  return checks.map((check) => {
    const mark = marks.get(check)
    return mark === undefined ? check : { ...check, mark }
  })
}

/** Services that were chosen and have nothing to run: one that was named is not passed over, the others are shown. */
export function withoutChecks(config: OctoConfig, { services, phases }: Selection): CheckOutcome[] {
  const idle = chosenServices(config, services).filter((service) =>
    phases.every((phase) => service.checks[phase].length === 0),
  )
  return idle.map(({ name, enabled }) => ({
    service: name,
    attempts: 0,
    durationMs: 0,
    log: [],
    place: { file: shownAddress(config.files[0] ?? '') },
    status: services.length > 0 ? 'unknown' : 'skipped',
    summary: enabled ? `has no checks in ${phases.map(quote).join(', ')}` : 'service is disabled',
  }))
}

function chosenServices(config: OctoConfig, names: readonly string[]): readonly ServiceConfig[] {
  return names.length > 0 ? [...new Set(names)].map((name) => findService(config, name)) : config.services
}

/** What must be installed before the first check starts, each plugin once. */
export function requestsOfPlan(plan: readonly PlannedCheck[]): PluginRequest[] {
  const runs = plan.filter(({ fate, request }) => fate.kind === 'run' && !isRunService(request))
  return [...new Map(runs.map(({ request }) => [requestKey(request), request])).values()]
}

export function requestKey({ plugin, repo, range, prerelease }: PluginRequest): string {
  return JSON.stringify([repo ?? null, plugin, range ?? null, prerelease ?? false])
}

type Context = { readonly service: ServiceConfig; readonly phase: Phase; readonly config: OctoConfig }

function planCheck(item: CheckItem, { service, phase, config }: Context): PlannedCheck {
  const request = pinned(item.request, config.pins)
  return { service: service.name, phase, item, request, fate: fateOf(item, service, config) }
}

/** Not a plugin: the operator runs the service itself. */
export function isRunService({ plugin, repo }: PluginRequest): boolean {
  return plugin === RUN_SERVICE && repo === undefined
}

function fateOf(item: CheckItem, service: ServiceConfig, { operator }: OctoConfig): PlannedCheck['fate'] {
  if (!service.enabled) return { kind: 'skip', reason: 'service is disabled' }
  if (!item.enabled) return { kind: 'skip', reason: 'check is disabled' }
  if (!runsHere(item))
    return { kind: 'skip', reason: `only for ${item.operators?.map(quote).join(', ')}, this is \`${OPERATOR_KIND}\`` }
  if (item.problem) return { kind: 'refuse', reason: item.problem.message, problem: item.problem }
  return isRunService(item.request) ? fateOfRunService(item, operator) : { kind: 'run' }
}

/** Of a program of this machine no document of the web says how it is called, also none that is trusted for containers. */
function fateOfRunService({ place }: CheckItem, operator: OctoConfig['operator']): PlannedCheck['fate'] {
  if (operator?.kind === 'plugin')
    return { kind: 'refuse', reason: `the operator ${quote(operator.name)} runs the service, and so \`run-service\`` }
  return /^https?:/.test(place.file)
    ? { kind: 'refuse', reason: '`run-service` of a document from elsewhere does not run a program of this machine' }
    : { kind: 'run' }
}

function findService(config: OctoConfig, name: string): ServiceConfig {
  const found = config.services.find((service) => service.name === name)
  if (found) return found
  const names = config.services.map((service) => service.name)
  const nearest = nearestWord(name, names)
  throw coded('USAGE', {
    message: `the config has no service ${quote(name)}${names.length > 0 ? `, it has ${names.map(quote).join(', ')}` : ''}`,
    details: { service: name, services: names },
    ...(nearest === undefined ? {} : { hint: `did you mean ${quote(nearest)}?` }),
  })
}

/** What did not run is no pass. */
function allSkipped(planned: readonly PlannedCheck[]): Error {
  const reasons = planned.map(({ service, phase, request, fate }) => {
    const reason = fate.kind === 'skip' ? fate.reason : ''
    return `${quote(`${service} ${phase} ${request.plugin}`)}: ${reason}`
  })
  return coded('CONFIG_INVALID', {
    message: `no check would run: ${reasons.slice(0, 10).join('; ')}${reasons.length > 10 ? '; …' : ''}`,
    details: { skipped: reasons.length },
    hint: 'leave at least one check enabled, or name other services or phases: `octo check --help`',
  })
}

/** A gate that checks nothing would be open for ever. */
function nothingToCheck(config: OctoConfig, { services, phases }: Selection): Error {
  const where = services.length > 0 ? `of ${services.map(quote).join(', ')} ` : ''
  return coded('CONFIG_INVALID', {
    message: `${quote(shownAddress(config.files[0] ?? 'the config'))} has no checks ${where}in ${phases.map(quote).join(', ')}`,
    details: { ...(services.length > 0 ? { services } : {}), phases },
    hint: `\`octo add PLUGIN --service ${shellWord(services[0] ?? 'NAME')} --phase ${phases.at(-1) ?? 'health'}\` writes one, of a plugin that \`octo search\` lists`,
  })
}
