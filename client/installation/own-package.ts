// Which package this octo runs from. A checkout is none, and neither is what carries no marker: of those nobody knows who keeps them
// up to date, and octo does not guess.
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { coded } from '../../schemas/errors.ts'
import type { PackageMarker } from '../../schemas/installation.ts'
import { INSTALLATION_FILE_BYTES, parsePackageMarker } from '../../schemas/installation.ts'
import { parseJson } from '../../schemas/json.ts'
import { quote } from '../../schemas/quote.ts'
import { markerIn } from './places.ts'
import { readBounded } from './read-bounded.ts'

export type OwnPackage =
  | { readonly kind: 'package'; readonly folder: string; readonly marker: PackageMarker }
  | { readonly kind: 'checkout'; readonly folder: string }
  | { readonly kind: 'unmarked'; readonly folder: string }

/** The folder that holds octo's own files: a checkout, or `lib/octo` of a package. */
function ownHome(): string {
  return fileURLToPath(new URL('../../', import.meta.url))
}

/** Throws what a marker throws that is there and not as it should be. */
export function ownPackage(home: string = ownHome()): OwnPackage {
  const folder = realpathSync(home)
  if (existsSync(join(folder, 'octo.ts'))) return { kind: 'checkout', folder }
  const marker = readMarker(join(folder, 'package.json'))
  if (!marker) return { kind: 'unmarked', folder }
  // npm's package is the folder itself.
  const outer = dirname(dirname(folder))
  return { kind: 'package', folder: markerIn(outer) === join(folder, 'package.json') ? outer : folder, marker }
}

/** Undefined where nothing is marked: the file is not there, or is some package.json without a word for octo. */
function readMarker(path: string): PackageMarker | undefined {
  const text = readBounded(path)
  if (text === undefined || !isMarked(parseJson(text, path, INSTALLATION_FILE_BYTES))) return undefined
  return parsePackageMarker(text, path)
}

/** Throws INSTALLATION_INVALID where there is no marker, and what a wrong one throws. */
export function requireMarker(folder: string): PackageMarker {
  const marker = readMarker(markerIn(folder))
  if (marker) return marker
  throw coded('INSTALLATION_INVALID', {
    message: `${quote(folder)} is no package of octo: ${quote(markerIn(folder))} is missing or is no marker`,
    details: { folder },
  })
}

function isMarked(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('v' in value || 'managedBy' in value)
}
