// One run of a plugin under the exec contract: check the arguments, build the environment, run, read the result.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments, Phase } from '../../config/model/config.ts'
import { makePrivateDirectory } from '../../system/files/private-directory.ts'
import type { RunLimits } from '../../system/process/run-process.ts'
import { runProcess } from '../../system/process/run-process.ts'
import { interpret } from '../result/interpret.ts'
import { KEPT_OUTPUT } from '../result/kept-output.ts'
import type { CheckReport } from '../result/report.ts'
import type { LogLine } from '../result/stderr-log.ts'
import { parseLogLines } from '../result/stderr-log.ts'
import { readVerdicts } from '../result/verdicts.ts'
import { argumentVector } from './argument-vector.ts'
import { pluginEnvironment } from './environment.ts'
import { programOf, thisMachine } from './executable.ts'
import { pluginLaunchWords } from './launch-words.ts'
import { refuseOldOperator } from './operator-version.ts'
import { requireRuntimeVersion } from './runtime-version.ts'
import { validateArguments } from './validate-arguments.ts'

export type PluginRun = {
  readonly executable: VerifiedExecutable
  readonly arguments: CheckArguments
  readonly service?: string
  readonly phase: Phase
  /** What the config says; else the plugin, else the phase decides. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export type RunDeps = {
  /** The operator's own environment, of which a plugin gets the allowed part. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Re-checks the files right before they are executed. */
  readonly locate: (executable: VerifiedExecutable) => VerifiedExecutable
  readonly limits?: Partial<RunLimits>
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
  const { executable, phase, service } = run
  const { manifest, plugin } = executable
  refuseOldOperator(plugin, manifest.minimumOperator)
  const given = await validateArguments(run.arguments, { plugin, schema: manifest.arguments })
  const words = manifest.input === 'json' && given.kind === 'map' ? [] : argumentVector(given, manifest)
  using directory = makePrivateDirectory()
  const { timeoutMs } = timeoutOf(run)
  const { file, leading, argv0 } = programOf(deps.locate(executable), thisMachine(requireRuntimeVersion))
  const env = pluginEnvironment(deps.env, {
    ...{ temporary: directory.temporary, root: executable.root, contract: manifest.output, phase },
    ...(service === undefined ? {} : { service }),
    deadlineMs: Date.now() + timeoutMs,
  })
  const launch = {
    file,
    argv: [...leading, ...words],
    env,
    cwd: directory.work,
    ...(argv0 === undefined ? {} : { argv0 }),
  }
  const ending = await runProcess(launch, {
    timeoutMs,
    signal: run.signal,
    words: pluginLaunchWords,
    kept: KEPT_OUTPUT,
    readLine: readVerdicts,
    ...(manifest.input === 'json' ? { input: inputDocument({ ...run, arguments: given }) } : {}),
    ...(deps.limits === undefined ? {} : { limits: deps.limits }),
  })
  const report = interpret(ending, manifest.output)
  return { ...report, durationMs: ending.durationMs, log: parseLogLines(ending.stderr.text) }
}

/** One JSON document on standard input, for plugins that declare `input: json`. */
function inputDocument({ service, phase, arguments: given }: PluginRun): string {
  return `${JSON.stringify({ v: 1, ...(service === undefined ? {} : { service }), phase, arguments: given.value })}\n`
}
