// What a config says about services, with everything installed that running them takes. Made when somebody starts something;
// to stop services, nobody has to read a config.
import type { PluginOutcome, ProvenProgram, VerifiedExecutable, WantedProgram } from '../../../client/index.ts'
import { showPlace } from '../../../config/document/invalid.ts'
import type { OctoConfig, Phase, PluginRequest, ServiceConfig } from '../../../config/model/config.ts'
import { PHASES } from '../../../config/model/config.ts'
import type { MetricsListen } from '../../../config/model/read-metrics.ts'
import { notifierRequests, OPERATOR_KIND, pinned } from '../../../config/model/requests.ts'
import { orderOf, withDependencies } from '../../../config/model/service-order.ts'
import type { Dependency, SecretSource, ServiceSpec } from '../../../config/model/service-spec.ts'
import { secretArguments } from '../../../schemas/arguments/secret.ts'
import { coded, isCoded } from '../../../schemas/errors.ts'
import { nearestWord } from '../../../schemas/nearest-word.ts'
import { quote } from '../../../schemas/quote.ts'
import type { PlannedCheck } from '../../check/plan.ts'
import { planService, requestKey, requestsOfPlan } from '../../check/plan.ts'
import { notifiersOf, projectName } from '../../notifications/notifiers-of.ts'
import type { Telling } from '../../notifications/send.ts'
import type { Fields } from './digests.ts'
import { digestOf, fieldsOf, initDigestOf, settingsOf } from './digests.ts'

export type RunnableService = {
  readonly name: string
  readonly spec: ServiceSpec
  /** Of a service that is a plugin. */
  readonly executable?: VerifiedExecutable
  /** Of a service whose program comes from an address, an image or source. */
  readonly program?: ProvenProgram
  readonly checks: Readonly<Record<Phase, readonly PlannedCheck[]>>
  readonly secrets: readonly SecretSource[]
  /** Of everything that its program is started with. */
  readonly digest: string
  /** Its parts. */
  readonly fields: Fields
  /** What takes effect while it runs. */
  readonly settings: Fields
  /** Of what its `init` is done with. */
  readonly initDigest: string
}

export type Runnable = {
  readonly services: ReadonlyMap<string, RunnableService>
  readonly order: ReadonlyMap<string, readonly Dependency[]>
  readonly provided: ReadonlyMap<string, PluginOutcome>
  /** Whom the config tells of it; absent in a part of what was loaded. */
  readonly telling?: Telling
  /** Where it lets measures be asked for. */
  readonly metrics?: MetricsListen
}

type Source = {
  readonly config: OctoConfig
  provide(requests: readonly PluginRequest[]): Promise<readonly PluginOutcome[]>
  /** Throws why it cannot be had, or is not to be run. */
  provideProgram(wanted: WantedProgram): Promise<ProvenProgram>
}

type Drafted = {
  readonly service: ServiceConfig
  readonly spec: ServiceSpec
  readonly checks: RunnableService['checks']
}

/**
 * The named services and all that they wait for, or all that are switched on; throws why one of them cannot be run, and where there are
 * none unless that may be.
 */
export async function openRunnable(
  source: Source,
  names: readonly string[],
  { mayBeNone = false } = {},
): Promise<Runnable> {
  const { config } = source
  const drafted = config.services.filter(({ enabled }) => enabled).map((service) => draft(service, config))
  const order = orderOf(
    drafted.flatMap(({ service: { name, place }, spec, checks }) =>
      isCoded(spec) ? [] : [{ name, place, spec, hasHealth: willRun(checks.health) }],
    ),
    new Set(drafted.map(({ service }) => service.name)),
  )
  for (const name of names) requireService(name, config)
  const wanted = names.length > 0 ? withDependencies(names, order) : new Set(drafted.map(({ service }) => service.name))
  if (wanted.size === 0 && !mayBeNone) throw nothingToRun(config)
  const chosen = drafted.filter(({ service }) => wanted.has(service.name)).map(requireSpec)
  for (const one of chosen) refuseUnwatchable(one)
  const provided = await provideAll(chosen, source)
  const programs = await providePrograms(chosen, source)
  const services = new Map(
    chosen.map((one) => [
      one.service.name,
      runnableOf(one, { config, provided, program: programs.get(one.service.name) }),
    ]),
  )
  return {
    services,
    order: new Map([...order].filter(([name]) => services.has(name))),
    provided,
    telling: { project: projectName(config), notifiers: await notifiersOf(config, provided) },
    ...(config.metrics ? { metrics: config.metrics } : {}),
  }
}

function draft(service: ServiceConfig, { operator: _, ...config }: OctoConfig) {
  // Here the services are run by octo itself, whatever the config says.
  const checks = Object.fromEntries(PHASES.map((phase) => [phase, planService(service, phase, config)]))
  return { service, spec: service.spec, checks: checks as RunnableService['checks'] }
}

function willRun(checks: readonly PlannedCheck[]): boolean {
  return checks.some(({ fate }) => fate.kind !== 'skip')
}

function requireSpec({ service, spec, checks }: ReturnType<typeof draft>): Drafted {
  if (isCoded(spec)) throw spec
  // Its folders and logs are called after it, and elsewhere may name one.
  if (/[/\0]|^\./.test(service.name))
    throw coded('CONFIG_INVALID', {
      message: `service ${quote(service.name)} is called what no file can be called, expected letters, digits, \`-\`, \`_\` and \`.\``,
    })
  return { service, spec, checks }
}

/** What is left out silently would be taken for a check. */
function refuseUnwatchable({ service: { name }, checks }: Drafted): void {
  for (const { fate, item } of checks.health)
    if (fate.kind === 'refuse')
      throw coded('CONFIG_INVALID', {
        place: showPlace(item.place),
        message: `a health check of service ${quote(name)} is not run: ${fate.reason}`,
        details: { service: name, ...item.place },
        hint: 'write the check into a local config, or switch it off there with `enabled: false`',
      })
}

/** Throws USAGE for a name that the config has not, or has switched off. */
function requireService(name: string, { services }: OctoConfig): void {
  const found = services.find((service) => service.name === name)
  if (found?.enabled) return
  if (found)
    throw coded('USAGE', { message: `service ${quote(name)} is disabled in this config`, details: { service: name } })
  const names = services.map((service) => service.name)
  const whole = names.find((one) => name.startsWith(`${one}.`) && /^\d+$/.test(name.slice(one.length + 1)))
  const nearest = whole ?? nearestWord(name, names)
  throw coded('USAGE', {
    message: `the config has no service ${quote(name)}${names.length > 0 ? `, it has ${names.map(quote).join(', ')}` : ''}`,
    details: { service: name, services: names },
    ...(nearest === undefined ? {} : { hint: `did you mean ${quote(nearest)}?` }),
  })
}

function nothingToRun({ files }: OctoConfig): Error {
  return coded('CONFIG_INVALID', {
    message: `${quote(files[0] ?? 'the config')} has no services that are switched on`,
    hint: 'write `services: {web: {command: [/path/of/program]}}`',
  })
}

async function provideAll(chosen: readonly Drafted[], { config, provide }: Source) {
  const programs = chosen.flatMap(({ spec: { program } }) =>
    program.kind === 'plugin' ? [pinned(program.request, config.pins)] : [],
  )
  const sources = chosen.flatMap(({ spec }) => plannedSources(spec, config)).map(({ request }) => request)
  const checks = chosen.flatMap(({ checks }) => PHASES.flatMap((phase) => checks[phase]))
  const wanted = [...programs, ...sources, ...requestsOfPlan(checks), ...notifierRequests(config)]
  const requests = [...new Map(wanted.map((one) => [requestKey(one), one])).values()]
  const outcomes = requests.length > 0 ? await provide(requests) : []
  return new Map(requests.map((request, index) => [requestKey(request), outcomes[index] as PluginOutcome]))
}

/** One after the other: a build has the machine for itself. */
async function providePrograms(chosen: readonly Drafted[], { provideProgram }: Source) {
  const programs = new Map<string, ProvenProgram>()
  for (const { service, spec } of chosen)
    if (spec.program.kind === 'file')
      programs.set(service.name, await provideProgram({ service: service.name, source: spec.program.source }))
  return programs
}

type Provided = {
  readonly config: OctoConfig
  readonly provided: Runnable['provided']
  readonly program: ProvenProgram | undefined
}

function runnableOf(
  { service: { name }, spec, checks }: Drafted,
  { config, provided, program }: Provided,
): RunnableService {
  const executable = executableOf(spec, config, provided)
  const secrets = plannedSources(spec, config)
  const started = {
    spec,
    executable: executable ?? program,
    secrets: secrets.map((source) => withoutLogin(source, provided)),
  }
  const digest = digestOf(started)
  return {
    name,
    spec,
    checks,
    ...(executable ? { executable } : {}),
    ...(program ? { program } : {}),
    secrets,
    digest,
    fields: fieldsOf(started),
    settings: settingsOf(spec, checks.health),
    initDigest: initDigestOf(digest, checks.init, provided),
  }
}

function plannedSources({ secrets }: ServiceSpec, { pins }: OctoConfig): readonly SecretSource[] {
  return secrets.map((source) => ({ ...source, request: pinned(source.request, pins) }))
}

/** A login that is another today is no other config, and no mark of it is written down. */
function withoutLogin(
  { place: _, dependsOn: __, arguments: given, ...source }: SecretSource,
  provided: Runnable['provided'],
): unknown {
  const outcome = provided.get(requestKey(source.request))
  const secret = secretArguments(outcome?.state === 'done' ? outcome.value.manifest.arguments : { writeOnly: true })
  const open = Object.entries(given.value).filter(([name]) => !secret.has(name))
  return { ...source, arguments: Object.fromEntries(open) }
}

/** The plugin that a service is, where it is one; throws why it cannot be had, or is no service. */
export function executableOf({ program }: ServiceSpec, { pins }: OctoConfig, provided: Runnable['provided']) {
  if (program.kind !== 'plugin') return undefined
  const outcome = provided.get(requestKey(pinned(program.request, pins)))
  if (!outcome) throw coded('INTERNAL', { message: `nothing was provided for ${quote(program.request.plugin)}` })
  if (outcome.state === 'failed') throw outcome.error
  if (outcome.value.manifest.kind === 'service') return outcome.value
  throw coded('PLUGIN_NOT_EXECUTABLE', {
    message: `plugin ${quote(program.request.plugin)} is of the kind ${quote(outcome.value.manifest.kind)}, expected \`service\``,
    details: { plugin: program.request.plugin, kind: outcome.value.manifest.kind },
    hint: `name a plugin of the kind \`service\`; what ${quote(OPERATOR_KIND)} runs beside services are \`tool\`s, in their checks`,
  })
}
