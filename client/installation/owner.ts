// Whether octo may change what it was installed by. Packages of a package manager, images, checkouts and copies that nobody marked
// are refused by construction: only `install.sh` writes what is asked for here.
import type { CodedError } from '../../schemas/errors.ts'
import { coded } from '../../schemas/errors.ts'
import { printable, quote, shellWord } from '../../schemas/quote.ts'
import { rootOfPackage } from './open-installation.ts'
import type { OwnPackage } from './own-package.ts'

/** The root of the installation; throws INSTALLATION_MANAGED, with the command that updates this octo instead. */
export function requireOwnInstallation(own: OwnPackage): string {
  const refusal = refusalOf(own)
  if (refusal) throw refusal
  return rootOfPackage(own.folder) as string
}

/** Undefined where octo may do it itself. */
export function refusalOf(own: OwnPackage): CodedError | undefined {
  if (own.kind === 'checkout')
    return managed('checkout', `${quote(own.folder)} is a checkout`, `git -C ${shellWord(own.folder)} pull`)
  if (own.kind === 'unmarked') return managed('unknown', `nothing says what installed ${quote(own.folder)}`)
  const { managedBy } = own.marker
  if (managedBy)
    return managed(
      managedBy.name,
      `this octo was installed by ${quote(managedBy.name)}`,
      printable(managedBy.update, 500),
    )
  if (rootOfPackage(own.folder) !== undefined) return undefined
  return managed('nobody', `${quote(own.folder)} is an unpacked package, and no installation`)
}

/** `update` is a command line that does it; without one, a new installation does. */
function managed(managedBy: string, problem: string, update?: string): CodedError {
  return coded('INSTALLATION_MANAGED', {
    message: `${problem}, and octo does not update it itself`,
    details: { managedBy, update: update ?? null },
    hint:
      update === undefined ? 'make an installation that octo can update: `sh install.sh BASE`' : `run \`${update}\``,
  })
}
