// Runs an operator plugin as octoctl runs one: `OPERATOR --config FILE --log-level LEVEL WORD…`, in the caller's folder and
// terminal. Its exit code is passed on; that a signal ended it is always said.
import type { VerifiedExecutable } from '../../client/index.ts'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { refuseNewerPlugin, runForeground } from '../run/interactive.ts'
import { operatorEnvironment } from './environment.ts'

type OperatorCall = {
  /** Absolute path of the config in the form that octoctl writes. */
  readonly configPath: string
  /** The folder that relative paths of the config mean. */
  readonly projectFolder: string
  readonly logLevel: string
  /** The word and what follows it, as operatorWords gives them. */
  readonly words: readonly string[]
}

type Place = { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }

/** Throws CONFIG_INVALID for a plugin of another kind, OPERATOR_KILLED, or what starting a plugin throws. */
export async function runOperator(
  executable: VerifiedExecutable,
  { configPath, projectFolder, logLevel, words }: OperatorCall,
  { cwd, env }: Place,
): Promise<number> {
  refuseOtherKind(executable)
  await refuseNewerPlugin(executable)
  const { root, manifest } = executable
  const argv = ['--config', configPath, '--log-level', logLevel, ...words]
  const own = operatorEnvironment(env, { root, contract: manifest.output, projectFolder })
  const { exitCode, signal, received } = await runForeground(executable, argv, { cwd, env: own })
  if (signal === null) return exitCode
  const { signalCode } = await import('../../system/process/process-group.ts')
  throw received.has(signal) ? interrupted(executable, signal) : killed(executable, signal, signalCode(signal))
}

/** A repo with `trust: unsigned` does not say what its plugins are. */
function refuseOtherKind({ plugin, signer, manifest }: VerifiedExecutable): void {
  if (manifest.kind === 'operator' || signer === 'unsigned') return
  throw coded('CONFIG_INVALID', {
    message: `plugin ${quote(plugin)} is a ${manifest.kind}, expected one of kind \`operator\` to run services`,
    details: { plugin, kind: manifest.kind },
    hint: 'name another with `octoctl: {operator: NAME}` in the config, or `octo start --operator NAME`',
  })
}

function interrupted({ plugin }: VerifiedExecutable, signal: NodeJS.Signals): Error {
  return coded('INTERRUPTED', {
    message: `operator ${quote(plugin)} was ended by ${signal}, which octo had been sent`,
    details: { plugin, signal },
    hint: '`octo status` shows how far it came',
  })
}

function killed({ plugin }: VerifiedExecutable, signal: NodeJS.Signals, shellCode: number): Error {
  return coded('OPERATOR_KILLED', {
    message: `operator ${quote(plugin)} was ended by ${signal} before it had done its work`,
    details: { plugin, signal, shellCode },
    hint:
      signal === 'SIGKILL' ? 'look whether memory ran out, then `octo status`' : '`octo status` shows how far it came',
  })
}
