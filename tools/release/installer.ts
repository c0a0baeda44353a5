// The install.sh of one release: it carries the digests of its archives, the key and the repo, so that whoever has it the right way needs
// nothing else.

import type { Digest } from '../../schemas/digest.ts'
import { hexOf } from '../../schemas/digest.ts'

type CarriedRelease = {
  readonly version: string
  /** Of the archives, by platform. */
  readonly digests: Readonly<Record<string, Digest>>
  /** The public key as one line. */
  readonly key: string
  readonly repo: string
}

/** Throws where install.sh has no place for one of them, or where a value would be more than a value to a shell. */
export function fillInstaller(text: string, { version, digests, key, repo }: CarriedRelease): string {
  const lines = Object.entries(digests).map(([platform, digest]) => `${platform} ${hexOf(digest)}`)
  const values = {
    CARRIED_VERSION: version,
    CARRIED_DIGESTS: lines.sort().join('\n'),
    CARRIED_KEY: key,
    CARRIED_REPO: repo,
  }
  return Object.entries(values).reduce((filled, [name, value]) => {
    if (!/^[A-Za-z0-9+/=_.:\n -]*$/.test(value)) throw new Error(`${name} cannot stand in a script: ${value}`)
    const place = `\n${name}=''\n`
    if (filled.split(place).length !== 2) throw new Error(`install.sh has no one place for ${name}`)
    return filled.replace(place, () => `\n${name}='${value}'\n`)
  }, text)
}
