// How this octo is installed, for people and for `octo doctor`: nothing is changed, and nothing is asked of the network.
import { readdirSync } from 'node:fs'
import type { CodedError } from '../../schemas/errors.ts'
import { throwDefect } from '../../schemas/errors.ts'
import type { PackageMarker } from '../../schemas/installation.ts'
import type { LayoutVersions } from '../../schemas/layout-versions.ts'
import { LAYOUT_VERSIONS } from '../../schemas/layout-versions.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { parsePublicKey } from '../../schemas/trust-key.ts'
import type { Version } from '../../schemas/version.ts'
import { isVersion, newestFirst } from '../../schemas/version.ts'
import { octoVersion } from '../../system/octo-version.ts'
import { previousOf } from './history.ts'
import type { Installation } from './open-installation.ts'
import { openInstallation, rootOfPackage } from './open-installation.ts'
import type { OwnPackage } from './own-package.ts'
import { ownPackage } from './own-package.ts'
import { refusalOf } from './owner.ts'
import { requireOwn } from './require-own.ts'
import type { RunningOcto } from './used-versions.ts'
import { runningIn } from './used-versions.ts'

export type InstallationStatus = {
  readonly version: Version
  /** The package, or the checkout. */
  readonly folder: string
  readonly kind: OwnPackage['kind']
  readonly managedBy: PackageMarker['managedBy']
  /** What this octo writes. */
  readonly layouts: LayoutVersions
  readonly installation?: InstallationState
  /** Why octo does not update itself; absent where it can. */
  readonly refusal?: CodedError
}

type InstallationState = {
  readonly root: string
  readonly by: string
  readonly current: Version
  readonly previous?: Version
  readonly versions: readonly Version[]
  readonly running: readonly RunningOcto[]
  readonly repo: { readonly url: string; readonly keys: readonly string[] }
}

/** Throws INSTALLATION_INVALID or FORMAT_INVALID where a file of it is not as octo writes it. */
export function statusOf(own: OwnPackage = ownPackage()): InstallationStatus {
  const told = {
    version: octoVersion(),
    folder: own.folder,
    kind: own.kind,
    layouts: LAYOUT_VERSIONS,
    managedBy: own.kind === 'package' ? own.marker.managedBy : null,
  }
  const refusal = refusalOf(own)
  const root = own.kind === 'package' && refusal === undefined ? rootOfPackage(own.folder) : undefined
  if (root === undefined) return { ...told, ...(refusal ? { refusal } : {}) }
  const installation = openInstallation(root)
  const unsafe = problemOf(installation)
  return { ...told, installation: stateOf(installation), ...(unsafe ? { refusal: unsafe } : {}) }
}

/** The status, or why it cannot be told. */
export function examineInstallation(): InstallationStatus | CodedError {
  try {
    return statusOf()
  } catch (error) {
    throwDefect(error)
    return error
  }
}

function problemOf({ places }: Installation): CodedError | undefined {
  try {
    requireOwn(places)
    return undefined
  } catch (error) {
    throwDefect(error)
    return error
  }
}

function stateOf({ places, record, current }: Installation): InstallationState {
  const previous = previousOf(places, current)
  const names = readdirSync(places.versions).filter(isVersion)
  return {
    root: places.root,
    by: record.by,
    current,
    ...omitUndefined({ previous }),
    versions: newestFirst(names.map((version) => ({ version }))).map(({ version }) => version),
    running: runningIn(places) ?? [],
    repo: { url: record.repo.url, keys: record.repo.keys.map((key) => parsePublicKey(key, places.record).id) },
  }
}
