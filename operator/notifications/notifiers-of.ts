// The notifiers of a config with their plugins, or with the reason why one cannot be used: that is to be warned of, and no reason
// not to run what they would tell of.
import { basename, dirname } from 'node:path'
import type { PluginOutcome, VerifiedExecutable } from '../../client/index.ts'
import type { CheckArguments, OctoConfig } from '../../config/model/config.ts'
import { pinned } from '../../config/model/requests.ts'
import { validateArguments } from '../../config/validate-arguments.ts'
import { coded, throwDefect } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { requestKey } from '../check/plan.ts'
import { requireContract } from '../exec/contract.ts'
import type { Notifier } from './send.ts'

/** `provided` by `requestKey`. */
export async function notifiersOf(
  { notifiers = [], pins }: OctoConfig,
  provided: ReadonlyMap<string, PluginOutcome>,
): Promise<readonly Notifier[]> {
  return await Promise.all(
    notifiers.map(async (config) => {
      const outcome = provided.get(requestKey(pinned(config.request, pins)))
      const plugin = outcome?.state === 'done' ? await usable(outcome.value, config.arguments) : errorOf(outcome)
      return { config, plugin }
    }),
  )
}

function errorOf(outcome: Extract<PluginOutcome, { readonly state: 'failed' }> | undefined): Error {
  return outcome?.error ?? coded('INTERNAL', { message: 'nothing was provided for a notifier' })
}

async function usable(executable: VerifiedExecutable, given: CheckArguments): Promise<VerifiedExecutable | Error> {
  const { plugin, manifest } = executable
  try {
    requireContract(executable, 'notifier')
    await validateArguments(given, { plugin, schema: manifest.arguments })
    return executable
  } catch (error) {
    throwDefect(error)
    return error
  }
}

/** What is to be warned of before anything has happened. */
export function notifierWarnings(notifiers: readonly Notifier[]): readonly string[] {
  return notifiers.flatMap(({ config, plugin }) =>
    plugin instanceof Error
      ? [`notifier ${quote(config.name)} cannot be used, and nobody is told by it: ${plugin.message}`]
      : [],
  )
}

/** Its name, or that of its folder. */
export function projectName({ name, files }: OctoConfig): string {
  return name ?? (basename(dirname(files[0] ?? '')) || 'octo')
}
