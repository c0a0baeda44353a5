// A tag names a version, and plugin.yaml names one: a release whose two names differ is a mistake, not a publish.
import { coded, isCoded, withHint } from '../../schemas/errors.ts'
import type { Manifest } from '../../schemas/manifest.ts'
import { quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'
import { isVersion, parseVersionInput } from '../../schemas/version.ts'

/** Throws STATE_CONFLICT where the manifest has another version, VERSION_INVALID where the expected one is none. */
export function requireVersion({ name, version }: Pick<Manifest, 'name' | 'version'>, expected?: string): void {
  if (expected === undefined) return
  const wanted = versionOf(expected)
  if (wanted === version) return
  throw coded('STATE_CONFLICT', {
    message: `plugin.yaml of ${quote(name)} has another version, expected \`${wanted}\`, found \`${version}\``,
    details: { expected: wanted, found: version },
    hint: `write \`version: ${wanted}\` into plugin.yaml, or tag the commit as \`v${version}\``,
  })
}

function versionOf(expected: string): Version {
  try {
    return parseVersionInput(expected)
  } catch (error) {
    throw isCoded(error, 'VERSION_INVALID') ? withHint(error, hintOn(expected)) : error
  }
}

/** CI names a tag in several ways: as git has it, or behind the name of the plugin where a repository has many. */
function hintOn(expected: string): string {
  const tag = expected.replace(/^.*[/@]/s, '')
  const version = tag.startsWith('v') ? tag.slice(1) : tag
  return tag !== expected && isVersion(version)
    ? `give the tag alone: \`--expect-version ${tag}\``
    : 'give the tag that was pushed, such as `--expect-version v1.2.3`; a branch names no version'
}
