// One run of a check under the exec contract, from its arguments to the result that its ending means.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments, Phase } from '../../config/model/config.ts'
import { interpret } from '../result/interpret.ts'
import { KEPT_OUTPUT } from '../result/kept-output.ts'
import type { CheckReport } from '../result/report.ts'
import type { LogLine } from '../result/stderr-log.ts'
import { parseLogLines } from '../result/stderr-log.ts'
import { readVerdicts } from '../result/verdicts.ts'
import { doubtToldAboutItself } from './asks-about-itself.ts'
import { requireContract } from './contract.ts'
import type { RunDeps } from './plugin-process.ts'
import { runPluginProcess } from './plugin-process.ts'

export type PluginRun = {
  readonly executable: VerifiedExecutable
  readonly arguments: CheckArguments
  readonly service?: string | undefined
  readonly phase: Phase
  /** What the config says; else the plugin, else the phase decides. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export type PluginRunResult = CheckReport & { readonly durationMs: number; readonly log: readonly LogLine[] }

/** Long enough for a slow machine, short enough to notice; a second, as Kubernetes has it, is too short. */
const PHASE_TIMEOUT_MS: Readonly<Record<Phase, number>> = { preflight: 60_000, health: 10_000, init: 300_000 }

/** The time of a run, and who said so. */
export function timeoutOf({ timeoutMs, executable, phase }: Pick<PluginRun, 'timeoutMs' | 'executable' | 'phase'>) {
  if (timeoutMs !== undefined) return { timeoutMs, saidBy: 'the config' }
  const own = executable.manifest.timeoutMs
  if (own !== undefined) return { timeoutMs: own, saidBy: 'the plugin' }
  return { timeoutMs: PHASE_TIMEOUT_MS[phase], saidBy: `the phase ${phase}` }
}

/** Throws a CodedError when the plugin cannot be started; everything that it does itself is in the result. */
export async function runPlugin(run: PluginRun, deps: RunDeps): Promise<PluginRunResult> {
  const contract = requireContract(run.executable, 'check')
  const { timeoutMs } = timeoutOf(run)
  const ending = await runPluginProcess({ ...run, timeoutMs }, { kept: KEPT_OUTPUT, readLine: readVerdicts }, deps)
  const report = doubtToldAboutItself(interpret(ending, contract), run.arguments, ending)
  return { ...report, durationMs: ending.durationMs, log: parseLogLines(ending.stderr.text) }
}
