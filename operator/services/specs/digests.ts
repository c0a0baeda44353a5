// What a service is started with, in short marks: whether something of it changed, and what, without the values, which may be
// secrets. Pure.
import { createHash } from 'node:crypto'
import type { PluginOutcome } from '../../../client/index.ts'
import type { ServiceSpec } from '../../../config/model/service-spec.ts'
import type { PlannedCheck } from '../../check/plan.ts'
import { requestKey } from '../../check/plan.ts'

/** By its name, for people: `command`, `environment.COLOUR`. A mark says little of a value, and that two differ. */
export type Fields = Readonly<Record<string, string>>

const MARK_LENGTH = 6

type Started = {
  readonly spec: ServiceSpec
  readonly executable: { readonly digest: string } | undefined
  /** Where its secrets come from, without logins. */
  readonly secrets: readonly unknown[]
}

/** Of everything that its program is started with. */
export function digestOf({ spec, executable, secrets }: Started): string {
  const { program, environment, workingDir, configFile, limits } = spec
  const started = [program, environment, workingDir ?? null, configFile ?? null, executable?.digest ?? null, ...secrets]
  // Before there were any, the mark of a service without limits was this one too.
  return digest(limits ? [...started, { limits }] : started)
}

/** Of what `init` is done with: its program, and what its checks are told and run. */
export function initDigestOf(
  program: string,
  init: readonly PlannedCheck[],
  provided: ReadonlyMap<string, PluginOutcome>,
): string {
  const checks = init.map(({ item, request, fate }) => {
    const outcome = provided.get(requestKey(request))
    return [fate.kind, request, item.arguments, outcome?.state === 'done' ? outcome.value.digest : null]
  })
  return digest([program, checks])
}

/** The parts of `digestOf`, one by one. */
export function fieldsOf({ spec, executable, secrets }: Started): Fields {
  const { program, environment, workingDir, configFile, limits } = spec
  return {
    ...fieldsOfProgram(program),
    ...(executable ? { version: mark(executable.digest) } : {}),
    ...Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [`environment.${name}`, mark([name, value])]),
    ),
    ...(workingDir ? { working_dir: mark(workingDir) } : {}),
    ...(configFile ? { configs: mark(configFile) } : {}),
    ...(limits ? { limits: mark(limits) } : {}),
    ...(secrets.length > 0 ? { secrets: mark(secrets) } : {}),
  }
}

function fieldsOfProgram(program: ServiceSpec['program']): Fields {
  if (program.kind === 'command') return { command: mark(program.argv) }
  if (program.kind === 'plugin') return { plugin: mark(program.request), args: mark(program.arguments) }
  return { [program.source.kind]: mark(program.source), ...(program.words ? { args: mark(program.words) } : {}) }
}

/** What takes effect while it runs. */
export function settingsOf(
  { dependsOn, restart, stop, replicas, startPeriodMs }: ServiceSpec,
  health: readonly PlannedCheck[],
): Fields {
  const checks = health.map(({ fate, request, item: { place: _, ...item } }) => [fate.kind, request, item])
  return {
    depends_on: mark(dependsOn),
    restart: mark(restart),
    stop: mark(stop),
    replicas: mark(replicas),
    start_period: mark(startPeriodMs),
    health: mark(checks),
  }
}

/** Names of those that differ, that came and that went. */
export function changedFields(before: Fields, after: Fields): readonly string[] {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])]
  return names.filter((name) => before[name] !== after[name])
}

function mark(value: unknown): string {
  return digest(value).slice(0, MARK_LENGTH)
}

export function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}
