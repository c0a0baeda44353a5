// `run-service` without a supervisor, as in `octo check`: the program of a service as its config says it, run here and now.
import { isAbsolute } from 'node:path'
import type { PluginOutcome, ProvenProgram, VerifiedExecutable, WantedProgram } from '../../../client/index.ts'
import type { OctoConfig, PluginRequest } from '../../../config/model/config.ts'
import { pinned, programRequests } from '../../../config/model/requests.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import type { PlannedCheck } from '../../check/plan.ts'
import { isRunService } from '../../check/plan.ts'
import type { CheckDeps } from '../../check/run-checks.ts'
import { makePlaces, placesOf } from '../project/places.ts'
import type { RunnableService } from '../specs/runnable.ts'
import { executableOf } from '../specs/runnable.ts'
import { runOwnProgram } from './own-program.ts'

/** Plugins that are services, of which a check asks for the program. */
export function programsOfPlan(plan: readonly PlannedCheck[], { services, pins }: OctoConfig): PluginRequest[] {
  const asked = new Set(plan.filter(asksForProgram).map(({ service }) => service))
  return programRequests(services.filter(({ name }) => asked.has(name))).map(({ request }) => pinned(request, pins))
}

/** Whether it runs the service's own program. */
export function asksForProgram({ fate, request }: PlannedCheck): boolean {
  return fate.kind === 'run' && isRunService(request)
}

type Facts = {
  readonly config: OctoConfig
  readonly configPath: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly provided: ReadonlyMap<string, PluginOutcome>
  readonly locate: (executable: VerifiedExecutable) => VerifiedExecutable
  readonly provideProgram: (wanted: WantedProgram) => Promise<ProvenProgram>
}

/** For runChecks. What it starts is no part of the service, and no supervisor ends it. */
export function programRunner(all: Facts): NonNullable<CheckDeps['runService']> {
  const { config, provided, provideProgram, ...facts } = all
  return async (check, signal) => {
    const service = await serviceNamed(check.service, { config, provided, provideProgram })
    const places = placesOf(facts.configPath, facts.env)
    if (!isAbsolute(facts.configPath) || service.executable || service.program || service.spec.configFile)
      makePlaces(places)
    const running = { id: `${service.name}.1`, mark: `${places.key}/check`, signal }
    return await runOwnProgram(service, check, { running, facts: { ...facts, places } })
  }
}

/** Throws why it cannot be run on this machine. */
async function serviceNamed(
  name: string,
  { config, provided, provideProgram }: Pick<Facts, 'config' | 'provided' | 'provideProgram'>,
): Promise<RunnableService> {
  const spec = config.services.find((service) => service.name === name)?.spec
  if (!spec) throw coded('INTERNAL', { message: `service ${quote(name)} is checked without its config` })
  if (spec instanceof Error) throw spec
  if (spec.secrets.length > 0) throw needsSecrets(name)
  const executable = executableOf(spec, config, provided)
  const { program } = spec
  const files = program.kind === 'file' ? await provideProgram({ service: name, source: program.source }) : undefined
  const checks = { preflight: [], health: [], init: [] }
  const digests = { digest: '', fields: {}, settings: {}, initDigest: '' }
  return {
    name,
    spec,
    checks,
    secrets: [],
    ...digests,
    ...(executable ? { executable } : {}),
    ...(files ? { program: files } : {}),
  }
}

/** Without them its program would say something else than it does in earnest. */
function needsSecrets(service: string): Error {
  return coded('CONFIG_INVALID', {
    message: `service ${quote(service)} is given secrets, which only whoever supervises it has`,
    details: { service },
    hint: '`octo start` runs the check, too',
  })
}
