// A tag names a version, and plugin.yaml names one: a release whose two names differ is a mistake, not a publish.
import { coded } from '../../schemas/errors.ts'
import type { Manifest } from '../../schemas/manifest.ts'
import { quote } from '../../schemas/quote.ts'
import { parseVersionInput } from '../../schemas/version.ts'

/** Throws STATE_CONFLICT where the manifest has another version, VERSION_INVALID where the expected one is none. */
export function requireVersion({ name, version }: Pick<Manifest, 'name' | 'version'>, expected?: string): void {
  if (expected === undefined) return
  const wanted = parseVersionInput(expected)
  if (wanted === version) return
  throw coded('STATE_CONFLICT', {
    message: `plugin.yaml of ${quote(name)} has another version, expected \`${wanted}\`, found \`${version}\``,
    details: { expected: wanted, found: version },
    hint: `write \`version: ${wanted}\` into plugin.yaml, or tag the commit as \`v${version}\``,
  })
}
