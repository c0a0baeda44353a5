// What `octo check` has before anything runs, once or again and again: the config, which checks are chosen, and their plugins.
import type { PluginOutcome } from '../../client/index.ts'
import type { OctoConfig, Phase, PluginRequest } from '../../config/model/config.ts'
import { PHASES } from '../../config/model/config.ts'
import { notifierRequests } from '../../config/model/requests.ts'
import type { ErrorCode } from '../../schemas/error-codes.ts'
import { coded, throwDefect } from '../../schemas/errors.ts'
import { printable, quote } from '../../schemas/quote.ts'
import type { Terminal } from '../../terminal/index.ts'
import { planLine } from '../check/decisions.ts'
import type { CheckOutcome } from '../check/outcome.ts'
import type { PlannedCheck } from '../check/plan.ts'
import { asksForFreePort, planChecks, requestKey, requestsOfPlan, withoutChecks } from '../check/plan.ts'
import type { Session, SessionOptions } from '../operator-session.ts'
import { openSession } from '../operator-session.ts'
import { currentStatus } from '../operators/baremetal/project.ts'
import { programsOfPlan } from '../services/program/checked-services.ts'
import { placesOf } from '../services/project/places.ts'

type OpenedChecks = AsyncDisposable & {
  readonly session: Session
  readonly plan: readonly PlannedCheck[]
  /** By `requestKey`. */
  readonly provided: ReadonlyMap<string, PluginOutcome>
  /** Services that were chosen and have nothing to run. */
  readonly idle: readonly CheckOutcome[]
  /** When the installation of the plugins began, by `performance.now`. */
  readonly openedAt: number
}

type Chosen = { readonly services: readonly string[]; readonly phases: readonly Phase[] }

export const MAX_LINE = 1000
const LOCKFILE_CODES: ReadonlySet<ErrorCode> = new Set(['LOCK_MISSING', 'LOCK_OUT_OF_DATE'])

/** Strictly: unknown keys of the config are errors. */
export async function openChecks(
  chosen: Chosen,
  { notify, ...options }: SessionOptions & { readonly notify?: boolean | undefined },
  terminal: Terminal,
): Promise<OpenedChecks> {
  const place = { terminal, cwd: process.cwd(), env: process.env }
  const session = await openSession({ ...options, strict: true, keepsUnrendered: true }, place)
  try {
    const plan = await planNow(chosen, session)
    const openedAt = performance.now()
    if (notify) requireNotifiers(session.config)
    const provided = await provide(plan, session, notify ? notifierRequests(session.config) : [])
    for (const check of plan) tellPlan(check, provided, terminal)
    const idle = withoutChecks(session.config, chosen)
    return { session, plan, provided, idle, openedAt, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() }
  } catch (error) {
    await session[Symbol.asyncDispose]()
    throw error
  }
}

/** Who runs is asked only where it matters. */
async function planNow(chosen: Chosen, { config, configPath }: Session): Promise<readonly PlannedCheck[]> {
  const plan = planChecks(config, chosen)
  if (!plan.some(asksForFreePort)) return plan
  return planChecks(config, { ...chosen, running: await runningServices(configPath) })
}

/** None where nobody can say: then the check finds out what it finds. */
async function runningServices(configPath: string): Promise<ReadonlySet<string>> {
  const { env } = process
  try {
    const { services } = await currentStatus({ configPath, env, places: placesOf(configPath, env) })
    return new Set(services.filter(({ state }) => state === 'running').map(({ service }) => service))
  } catch (error) {
    throwDefect(error)
    return new Set()
  }
}

/** Throws USAGE for what is no phase. */
export function phasesOf(named: readonly string[] | undefined, otherwise: readonly Phase[]): readonly Phase[] {
  const words = (named ?? [])
    .flatMap((text) => text.split(','))
    .map((word) => (word === 'validate' ? 'preflight' : word))
  if (words.length === 0) return otherwise
  const strange = words.find((word) => !(PHASES as readonly string[]).includes(word))
  if (strange !== undefined)
    throw coded('USAGE', { message: `${quote(strange)} is no phase, expected ${PHASES.map(quote).join(', ')}` })
  return PHASES.filter((phase) => words.includes(phase))
}

/** A plugin that cannot be had is its checks' own failure; a lockfile that does not cover the config is everybody's. */
async function provide(
  plan: readonly PlannedCheck[],
  { config, provide }: Session,
  notifiers: readonly PluginRequest[],
): Promise<ReadonlyMap<string, PluginOutcome>> {
  const needed = [...requestsOfPlan(plan), ...programsOfPlan(plan, config), ...notifiers]
  const requests = [...new Map(needed.map((request) => [requestKey(request), request])).values()]
  const outcomes = await provide(requests)
  for (const outcome of outcomes)
    if (outcome.state === 'failed' && LOCKFILE_CODES.has(outcome.error.code)) throw outcome.error
  return new Map(requests.map((request, index) => [requestKey(request), outcomes[index] as PluginOutcome]))
}

function tellPlan(check: PlannedCheck, provided: ReadonlyMap<string, PluginOutcome>, terminal: Terminal): void {
  const outcome = provided.get(requestKey(check.request))
  if (check.fate.kind === 'run' && outcome?.state === 'done')
    terminal.debug(printable(planLine(check, outcome.value), MAX_LINE))
}

/** Throws CONFIG_INVALID where nobody would be told. */
function requireNotifiers({ notifiers = [], files }: OctoConfig): void {
  if (notifiers.length > 0) return
  throw coded('CONFIG_INVALID', {
    message: `${quote(files[0] ?? 'the config')} names nobody to tell: it has no \`notifications\``,
    hint: 'write `operator: {notifications: [{notifier: smtp, args: {server: mail.example.com, from: octo@example.com, to: ops@example.com}}]}`',
  })
}
