// Why a plugin cannot be asked, by what its life has come to.

import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { shownSeconds } from '../../schemas/shown-duration.ts'
import type { Life } from './lifecycle.ts'

export function isGone(plugin: string, reason: string): Error {
  return coded('PLUGIN_EXITED', {
    message: `plugin ${quote(plugin)} is gone: ${reason}`,
    details: { plugin },
  })
}

/** `now` is by the clock of its life; `problem` is why it failed last. */
export function isBroken(plugin: string, life: Life, { now, problem }: { now: number; problem: unknown }): Error {
  return coded('PLUGIN_BROKEN', {
    message: `plugin ${quote(plugin)} has failed again and again, and is left alone for ${shownSeconds((life.due ?? 0) - now)}: ${life.reason}`,
    details: { plugin, failures: life.failures.length },
    hint: `look what is wrong with it: \`octo plugin inspect ${plugin}\``,
    cause: problem,
  })
}

export function isClosed(plugin: string): Error {
  return coded('PLUGIN_EXITED', {
    message: `plugin ${quote(plugin)} is not asked any more, as its host ends`,
    details: { plugin },
  })
}
