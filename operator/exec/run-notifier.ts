// One notification by one notifier, under the contract `notify/v1`.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import type { Notification, NotifyResultLine } from '../../schemas/contract/notification.ts'
import { notificationShape, parseNotifyResult } from '../../schemas/contract/notification.ts'
import { parseShape } from '../../schemas/shape.ts'
import { KEPT_OUTPUT } from '../result/kept-output.ts'
import type { Outcome } from '../result/read-outcome.ts'
import { readOutcome } from '../result/read-outcome.ts'
import type { LogLine } from '../result/stderr-log.ts'
import { parseLogLines } from '../result/stderr-log.ts'
import { requireContract } from './contract.ts'
import type { RunDeps } from './plugin-process.ts'
import { runPluginProcess } from './plugin-process.ts'

type NotifierRun = {
  readonly executable: VerifiedExecutable
  readonly arguments: CheckArguments
  readonly notification: Notification
  /** What the config says; else the plugin, else half a minute. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

type NotifierRunResult = Outcome<NotifyResultLine> & {
  readonly durationMs: number
  readonly log: readonly LogLine[]
}

const TIMEOUT_MS = 30_000

/** Throws a CodedError when the notifier cannot be started; whatever it does itself is in the result. */
export async function runNotifier(run: NotifierRun, deps: RunDeps): Promise<NotifierRunResult> {
  const { executable } = run
  requireContract(executable, 'notifier')
  const notification = parseShape(notificationShape, run.notification, { name: 'notification' })
  const ending = await runPluginProcess(
    {
      ...run,
      service: notification.service,
      timeoutMs: run.timeoutMs ?? executable.manifest.timeoutMs ?? TIMEOUT_MS,
      document: { notification },
    },
    { kept: KEPT_OUTPUT },
    deps,
  )
  const outcome = readOutcome(ending, (line) => parseNotifyResult(line, 'result'))
  return { ...outcome, durationMs: ending.durationMs, log: parseLogLines(ending.stderr.text) }
}
