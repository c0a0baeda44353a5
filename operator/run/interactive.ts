// Runs a plugin in the foreground as if it had been called itself: the user's terminal and working directory, its exit
// code, its signals. Environment and program follow the exec contract.
import type { ChildProcess } from 'node:child_process'
import type { VerifiedExecutable } from '../../client/index.ts'
import { makePrivateDirectory } from '../../system/files/private-directory.ts'
import { sweepProcessDirectories } from '../../system/files/process-directory.ts'
import type { Launch, LaunchWords } from '../../system/process/launch.ts'
import { launch } from '../../system/process/launch.ts'
import { pluginEnvironment } from '../exec/environment.ts'
import { programOf, thisMachine } from '../exec/executable.ts'
import { pluginLaunchWords } from '../exec/launch-words.ts'
import { requireRuntimeVersion } from '../exec/runtime-version.ts'

type Environment = Readonly<Record<string, string | undefined>>
type InteractiveDeps = { readonly cwd: string; readonly env: Environment }

/** How a program in the foreground ended, and which signals came meanwhile. */
type ForegroundEnd = {
  readonly exitCode: number
  readonly signal: NodeJS.Signals | null
  readonly received: ReadonlySet<NodeJS.Signals>
}

/** The plugin's exit code. When a signal ended it, the same signal ends octo, so that shells see what happened. */
export async function runInteractive(
  executable: VerifiedExecutable,
  argv: readonly string[],
  { cwd, env }: InteractiveDeps,
): Promise<number> {
  await refuseNewerPlugin(executable)
  return await endAsItEnded(await runInOwnFolder())

  async function runInOwnFolder() {
    sweepProcessDirectories(env)
    using directory = makePrivateDirectory()
    const own = pluginEnvironment(env, {
      temporary: directory.temporary,
      root: executable.root,
      contract: executable.manifest.output,
    })
    return await runForeground(executable, argv, { cwd, env: own })
  }
}

/** Gives its exit code; where a signal ended it, the same signal ends octo. */
export async function endAsItEnded({ exitCode, signal }: ForegroundEnd): Promise<number> {
  if (signal === null) return exitCode
  endBy(signal)
  const { signalCode } = await import('../../system/process/process-group.ts')
  return signalCode(signal)
}

/** Starts the plugin with this environment on the user's terminal, and waits for its end. */
export async function runForeground(
  executable: VerifiedExecutable,
  argv: readonly string[],
  { cwd, env }: InteractiveDeps,
): Promise<ForegroundEnd> {
  const { file, leading, argv0 } = programOf(executable, thisMachine(requireRuntimeVersion))
  const what = { file, argv: [...leading, ...argv], env, cwd, argv0 }
  return await runHere(what, pluginLaunchWords)
}

/** Any program on the user's terminal, which is sent what octo is sent. */
export async function runHere(what: Launch, words: LaunchWords): Promise<ForegroundEnd> {
  using signals = forwardSignals()
  const child = await launch(what, { stdio: 'inherit', ownGroup: false, words })
  const ended = endOf(child)
  signals.sendTo(child)
  return { ...(await ended), received: signals.received }
}

/** Most plugins ask for no version of octo, and every module that is not loaded makes a warm run shorter. */
export async function refuseNewerPlugin({ plugin, manifest }: VerifiedExecutable): Promise<void> {
  if (manifest.minimumOperator === undefined) return
  const { refuseOldOperator } = await import('../exec/operator-version.ts')
  refuseOldOperator(plugin, manifest.minimumOperator)
}

/** Node ignores two signals; one that was handled and is handled no more has its usual effect. */
function endBy(signal: NodeJS.Signals): void {
  if (signal !== 'SIGKILL' && signal !== 'SIGSTOP') process.on(signal, ignore).off(signal, ignore)
  process.kill(process.pid, signal)
}

function ignore(): void {}

function endOf(child: ChildProcess): Promise<{ exitCode: number; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode: exitCode ?? 0, signal }))
  })
}

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGINT', 'SIGQUIT'] as const
/** A terminal sends these to the plugin by itself, because it is in the foreground too. */
const SENT_BY_TERMINALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']

/** Asked of the descriptor: `process.stdin` would open it, and a pipe that is opened no longer waits, for the plugin either. */
function isTerminal(descriptor: number): boolean {
  return process.getBuiltinModule('node:tty').isatty(descriptor)
}

/** Starts before the plugin does: a signal that comes in between must neither be lost nor end octo alone. */
function forwardSignals(): Disposable & {
  readonly received: ReadonlySet<NodeJS.Signals>
  sendTo(child: ChildProcess): void
} {
  const received = new Set<NodeJS.Signals>()
  const early: NodeJS.Signals[] = []
  let plugin: ChildProcess | undefined
  const onSignal = (name: NodeJS.Signals) => {
    received.add(name)
    if (SENT_BY_TERMINALS.includes(name) && isTerminal(0)) return
    if (plugin) plugin.kill(name)
    else early.push(name)
  }
  for (const name of FORWARDED) process.on(name, onSignal)
  return {
    received,
    sendTo(child) {
      plugin = child
      for (const name of early) child.kill(name)
    },
    [Symbol.dispose]: () => {
      for (const name of FORWARDED) process.off(name, onSignal)
    },
  }
}
