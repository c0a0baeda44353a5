// One try to deliver a notification by the plugin that the config names. Whatever goes wrong is an answer: a notifier that cannot
// be had may be there at the next start of its supervisor.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments } from '../../config/model/config.ts'
import type { NotifierConfig } from '../../config/model/notifier-config.ts'
import type { Notification } from '../../schemas/contract/notification.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import type { RunDeps } from '../exec/plugin-process.ts'
import { runNotifier } from '../exec/run-notifier.ts'
import { openHiding } from '../hiding.ts'
import { secretTextsAmong } from '../secret-texts.ts'
import type { Answered } from './outlet.ts'

/** A notifier of the config, with its plugin or the reason why there is none. */
export type Notifier = {
  readonly config: NotifierConfig
  readonly plugin: VerifiedExecutable | Error
}

/** Whom a config tells, of what people know it by. */
export type Telling = { readonly project: string; readonly notifiers: readonly Notifier[] }

export type Send = (notifier: Notifier, notification: Notification, signal: AbortSignal) => Promise<Answered>

export function senderOf(deps: RunDeps): Send {
  return async ({ config, plugin }, notification, signal) => {
    if (plugin instanceof Error) return { status: 'failed', summary: plugin.message }
    const hiding = openHiding(SHORTEST)
    hiding.add(secretsOf(config.arguments, plugin))
    const hide = (text: string) => hiding.hideInSentence(text)
    try {
      const { timeoutMs } = config
      const result = await runNotifier(
        { executable: plugin, arguments: config.arguments, notification, signal, timeoutMs },
        deps,
      )
      const { status, line, summary } = result
      const { retryAfterMs } = line ?? {}
      return { status, summary: hide(summary), ...omitUndefined({ retryAfterMs }) }
    } catch (error) {
      throwDefect(error)
      return { status: 'failed', summary: hide(error.message) }
    }
  }
}

/** Of one notifier, in what it says itself. */
const SHORTEST = 4

/** A server may repeat in its answer what it was given. */
function secretsOf(given: CheckArguments, { manifest }: VerifiedExecutable): readonly string[] {
  return given.kind === 'list' ? [] : secretTextsAmong(given.value, manifest.arguments)
}
