// A release may ask for a newer operator than this one.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { isAtLeast } from '../../schemas/version.ts'
import { octoVersion } from '../../system/octo-version.ts'

/** Throws OPERATOR_TOO_OLD. */
export function refuseOldOperator(plugin: string, minimum: Version | undefined, found = octoVersion()): void {
  if (minimum === undefined || isAtLeast(found, minimum)) return
  throw coded('OPERATOR_TOO_OLD', {
    message: `plugin ${quote(plugin)} needs octo ${quote(minimum)} or newer, found ${quote(found)}`,
    details: { plugin, expected: minimum, found },
    hint: 'update octo, or ask for an older version of the plugin',
  })
}
