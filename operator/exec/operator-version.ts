// A release may ask for a newer operator than this one.
import { readFileSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { compareVersions } from '../../schemas/version.ts'

/** Throws OPERATOR_TOO_OLD. */
export function refuseOldOperator(plugin: string, minimum: Version | undefined, own?: Version): void {
  if (minimum === undefined) return
  const found = own ?? ownVersion()
  if (compareVersions(found, minimum) >= 0) return
  throw coded('OPERATOR_TOO_OLD', {
    message: `plugin ${quote(plugin)} needs octo ${quote(minimum)} or newer, found ${quote(found)}`,
    details: { plugin, expected: minimum, found },
    hint: 'update octo, or ask for an older version of the plugin',
  })
}

function ownVersion(): Version {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return version as Version
}
