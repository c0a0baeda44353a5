// One question to one secret plugin, under the contract `secret/v1`. What comes back holds secrets: it is never shown or logged whole.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import type { SecretLease, SecretResultLine } from '../../schemas/contract/secrets.ts'
import { parseSecretResult, SECRET_LIMITS } from '../../schemas/contract/secrets.ts'
import { KEPT_OUTPUT } from '../result/kept-output.ts'
import type { Outcome } from '../result/read-outcome.ts'
import { readOutcome } from '../result/read-outcome.ts'
import type { LogLine } from '../result/stderr-log.ts'
import { parseLogLines } from '../result/stderr-log.ts'
import { requireContract } from './contract.ts'
import type { RunDeps } from './plugin-process.ts'
import { runPluginProcess } from './plugin-process.ts'

type SecretsRun = {
  readonly executable: VerifiedExecutable
  readonly arguments: CheckArguments
  /** For which service. */
  readonly service?: string | undefined
  /** To be renewed, if the plugin can. */
  readonly lease?: SecretLease | undefined
  /** What the config says; else the plugin, else 15 seconds. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

type SecretsRunResult = Outcome<SecretResultLine> & {
  readonly durationMs: number
  readonly log: readonly LogLine[]
}

const TIMEOUT_MS = 15_000
const LINE_BYTES = SECRET_LIMITS.lineBytes + 4096
const KEPT = { ...KEPT_OUTPUT, stdout: { headBytes: 0, tailBytes: LINE_BYTES, lineBytes: 0 } }

/** Throws a CodedError when the plugin cannot be started; whatever it does itself is in the result. */
export async function runSecrets(run: SecretsRun, deps: RunDeps): Promise<SecretsRunResult> {
  const { executable, lease } = run
  requireContract(executable, 'secrets')
  const ending = await runPluginProcess(
    {
      ...run,
      timeoutMs: run.timeoutMs ?? executable.manifest.timeoutMs ?? TIMEOUT_MS,
      document: lease && { lease },
    },
    { kept: KEPT },
    deps,
  )
  const outcome = readOutcome(ending, (line) => parseSecretResult(line, 'result'))
  return { ...outcome, durationMs: ending.durationMs, log: parseLogLines(ending.stderr.text) }
}
