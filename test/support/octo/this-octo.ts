// The octo of this checkout as a signed release of its own, for this machine: as a package is, but for its Node, which is the one of the
// test.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { hostPlatform } from '../../../client/index.ts'
import { LAYOUT_VERSIONS } from '../../../schemas/layout-versions.ts'
import { octoVersion } from '../../../system/octo-version.ts'
import type { TarPart } from '../builders/archive-builder.ts'
import { tarballOf } from '../builders/archive-builder.ts'
import type { SigningKey } from '../builders/test-authority.ts'
import { aRelease } from '../builders/test-authority.ts'

const CHECKOUT = join(import.meta.dirname, '../../..')

export const hasBundle = () => existsSync(join(CHECKOUT, 'dist/octo.cjs'))

/** Packing takes longer than all else of a release. */
let packed: Buffer | undefined

export function releaseOfThisOcto(key: SigningKey) {
  const version = octoVersion()
  const file = `octo_${version}_${hostPlatform()}.tar.gz`
  packed ??= tarballOf(packageParts(version))
  const offer = { bytes: packed, file, format: 'tar.gz' as const, executable: 'bin/octo' }
  return aRelease(key, { plugin: 'octo', version, platforms: { [hostPlatform()]: offer } })
}

function packageParts(version: string): TarPart[] {
  const marker = { v: 1, version, platform: hostPlatform(), managedBy: null, layouts: LAYOUT_VERSIONS }
  const start = `#!/bin/sh\nhere=$(readlink -f -- "$0")\nexec '${process.execPath}' "$(dirname "$(dirname "$here")")/lib/octo/bin/octo.js" "$@"\n`
  const files = ['bin', 'dist'].flatMap((folder) =>
    readdirSync(join(CHECKOUT, folder))
      .filter((name) => /\.(?:c?js|json|code)$/.test(name) && !name.endsWith('sources.json'))
      .filter((name) => statSync(join(CHECKOUT, folder, name)).isFile())
      .map((name) => ({ path: `lib/octo/${folder}/${name}`, content: readFileSync(join(CHECKOUT, folder, name)) })),
  )
  return [
    { path: 'bin/octo', content: start, mode: 0o755 },
    { path: 'lib/octo/package.json', content: JSON.stringify(marker) },
    ...files,
  ]
}
