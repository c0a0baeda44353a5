// Fills `{{.OS}}`, `{{.ARCH}}`, `{{.PLATFORM}}`, `{{.VERSION}}` and `{{.EXE}}` in the texts of plugin.yaml.
import { coded } from '../../schemas/errors.ts'
import type { Platform } from '../../schemas/platform.ts'
import { quote } from '../../schemas/quote.ts'
import type { Version } from '../../schemas/version.ts'

export type Placeholders = Readonly<Record<string, string>>

/** For `linux_amd64_musl`: OS `linux`, ARCH `amd64`. EXE is `.exe` on Windows and empty elsewhere. */
export function placeholdersFor(platform: Platform, version: Version): Placeholders {
  const [system = '', architecture = system] = platform.split('_')
  return {
    OS: system,
    ARCH: architecture,
    PLATFORM: platform,
    VERSION: version,
    EXE: system === 'windows' ? '.exe' : '',
  }
}

/** Throws MANIFEST_INVALID for a placeholder that does not exist, instead of leaving it in a file name. */
export function fillPlaceholders(text: string, values: Placeholders): string {
  return text.replace(/\{\{(.*?)\}\}/g, (whole, inner: string) => {
    const name = inner.trim().replace(/^\./, '')
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) throw unknownPlaceholder(whole, values)
    return value
  })
}

function unknownPlaceholder(found: string, values: Placeholders): Error {
  const known = Object.keys(values).map((name) => `\`{{.${name}}}\``)
  return coded('MANIFEST_INVALID', {
    message: `placeholder ${quote(found)} does not exist, expected one of ${known.join(', ')}`,
  })
}
