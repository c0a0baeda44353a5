// One question to one source of secrets. What went wrong is a sentence without secrets, also where the plugin repeats its login.
import type { PluginOutcome } from '../../../client/index.ts'
import type { SecretSource } from '../../../config/model/service-spec.ts'
import type { SecretLease, SecretResultLine } from '../../../schemas/contract/secrets.ts'
import { isCoded, messageOf } from '../../../schemas/errors.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { MARK } from '../../../system/process/mark.ts'
import { requestKey } from '../../check/plan.ts'
import type { RunDeps } from '../../exec/plugin-process.ts'
import { runSecrets } from '../../exec/run-secrets.ts'
import { secretTextsAmong } from '../../secret-texts.ts'
import { ownMark } from '../project/marks.ts'
import type { Places } from '../project/places.ts'

type Question = {
  readonly source: SecretSource
  readonly service: string
  readonly provided: ReadonlyMap<string, PluginOutcome>
  readonly lease: SecretLease | undefined
  readonly signal: AbortSignal
}

export type AskFacts = RunDeps & {
  readonly places: Pick<Places, 'key' | 'state'>
  /** What is secret of its arguments. */
  readonly onSecrets: (values: readonly string[]) => void
}

export type Asked =
  | { readonly status: 'ok'; readonly line: SecretResultLine }
  | { readonly status: 'retry' | 'failed'; readonly reason: string; readonly retryAfterMs?: number }

/** Never throws. */
export async function askSource(question: Question, facts: AskFacts): Promise<Asked> {
  const { source, service, provided, lease, signal } = question
  const outcome = provided.get(requestKey(source.request))
  if (outcome?.state !== 'done') return { status: 'failed', reason: outcome?.error.message ?? 'was not provided' }
  const executable = outcome.value
  if (source.arguments.kind === 'map')
    facts.onSecrets(secretTextsAmong(source.arguments.value, executable.manifest.arguments))
  try {
    const { timeoutMs } = source
    const result = await runSecrets(
      {
        executable,
        arguments: source.arguments,
        service,
        signal,
        lease,
        timeoutMs,
      },
      { env: { ...facts.env, [MARK]: ownMark(facts.places) }, locate: facts.locate },
    )
    if (result.status === 'ok') return { status: 'ok', line: result.line }
    const retryAfterMs = result.line?.retryAfterMs
    return { status: result.status, reason: result.summary, ...omitUndefined({ retryAfterMs }) }
  } catch (error) {
    return {
      status: isPassing(error) ? 'retry' : 'failed',
      reason: messageOf(error),
    }
  }
}

/** A machine that is short of something may have it again. */
function isPassing(error: unknown): boolean {
  return !isCoded(error) || ['OS_FAILED', 'IO_FAILED', 'NO_SPACE'].includes(error.code)
}
