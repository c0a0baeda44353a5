// One process of a plugin from its start to its end, whatever its contract: arguments are checked and handed over, the
// environment is made, files are checked a last time, and it is ended in time.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { openPrivateDirectory } from '../../system/files/private-directory.ts'
import type { Ending, RunLimits, RunOptions } from '../../system/process/run-process.ts'
import { runProcess } from '../../system/process/run-process.ts'
import { pluginEnvironment } from './environment.ts'
import { programOf, thisMachine } from './executable.ts'
import type { Inside } from './inside.ts'
import { pluginLaunchWords } from './launch-words.ts'
import { refuseOldOperator } from './operator-version.ts'
import { prepareArguments } from './prepare-arguments.ts'
import { requireRuntimeVersion } from './runtime-version.ts'

type PluginProcess = {
  readonly executable: VerifiedExecutable
  readonly arguments: CheckArguments
  readonly service?: string | undefined
  readonly phase?: string | undefined
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Further keys of the document on standard input, which the contract of the plugin names. */
  readonly document?: Readonly<Record<string, unknown>> | undefined
}

export type RunDeps = {
  /** The operator's own environment, of which a plugin gets the allowed part. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Re-checks the files right before they are executed. */
  readonly locate: (executable: VerifiedExecutable) => VerifiedExecutable
  readonly limits?: Partial<RunLimits> | undefined
  /** Plugins that need no process; absent, all are started. */
  readonly inside?: Inside
}

/** How its output is kept and looked at. */
type Reading = Pick<RunOptions, 'kept' | 'readLine'>

/** Throws a CodedError when the plugin cannot be started. */
export async function runPluginProcess(run: PluginProcess, reading: Reading, deps: RunDeps): Promise<Ending> {
  const { executable, service, phase, timeoutMs } = run
  const { manifest, plugin } = executable
  refuseOldOperator(plugin, manifest.minimumOperator)
  const { words, document } = await prepareArguments(run.arguments, executable)
  const deadlineMs = Date.now() + timeoutMs
  const inside = deps.inside?.take(deps.locate(executable), run.arguments)
  if (inside) {
    const asked = document === undefined ? undefined : documentOf(run, document)
    return await inside({
      words,
      document: asked,
      service,
      phase,
      timeoutMs,
      deadlineMs,
      signal: run.signal,
      ...reading,
    })
  }
  await using directory = await openPrivateDirectory()
  // Right before it is started: nothing is waited for any more.
  const { file, leading, argv0 } = programOf(deps.locate(executable), thisMachine(requireRuntimeVersion))
  const env = pluginEnvironment(deps.env, {
    temporary: directory.temporary,
    root: executable.root,
    contract: manifest.output,
    service,
    phase,
    input: document === undefined ? undefined : 'json',
    deadlineMs,
  })
  const launch = {
    file,
    argv: [...leading, ...words],
    env,
    cwd: directory.work,
    argv0,
  }
  return await runProcess(launch, {
    timeoutMs,
    signal: run.signal,
    words: pluginLaunchWords,
    ...reading,
    input: document === undefined ? undefined : `${JSON.stringify(documentOf(run, document))}\n`,
    limits: deps.limits,
    ownVariable: 'TMPDIR',
  })
}

/** What stands on standard input, as one line of JSON. */
function documentOf({ service, phase, document }: PluginProcess, given: unknown): Record<string, unknown> {
  return { v: 1, ...omitUndefined({ service, phase }), arguments: given, ...document }
}
