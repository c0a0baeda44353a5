// What a proven run rests on, for a shim that compares it without octo. The same as a warm run asks: config, keys and lockfile by
// which it was proven, the plugin's files as they were hashed, the places that its programs load code from, and who may change
// the folders on the way to all of them.
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { releaseName } from '../../schemas/release-name.ts'
import { syncWritten } from '../../system/files/sync.ts'
import type { WatchedPlaces } from '../../system/files/watched-places.ts'
import { noPlaces, watchFile, watchSearchedPlace, watchSeen } from '../../system/files/watched-places.ts'
import { requireGood, requireOwnPlaces } from '../store/check.ts'
import { STORE_DISK } from '../store/disk.ts'
import type { Layout } from '../store/layout.ts'
import { isSettled, rememberedPlaces } from '../store/memo.ts'
import type { StoredArtifact, StoredFile } from '../store/stored-artifact.ts'
import type { Inputs, ProvenRun } from './compared.ts'
import { comparedInputs } from './compared.ts'

type Installed = ProvenRun & {
  readonly stored: StoredArtifact
  readonly name: string
  readonly files: readonly StoredFile[]
}

/** Longer than the coarsest file system needs to give a changed file another time. */
const PATIENCE_MS = 5_000
const PAUSE_MS = 25

/** Throws LINK_REFUSED, STORE_CORRUPT or PROGRAM_UNSAFE. */
export async function groundsOf(layout: Layout, installed: Installed): Promise<WatchedPlaces> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await pause(PAUSE_MS)) {
    const found = groundsNow(layout, installed)
    if (found) return found
    if (performance.now() > deadline) throw unsettled(installed)
  }
}

/** Undefined while a file is so fresh that a change of it could go unseen. */
function groundsNow(layout: Layout, installed: Installed): WatchedPlaces | undefined {
  const { key, config, name, stored, files } = installed
  const watched = noPlaces()
  for (const path of [key.lockPath, ...(config.inputs?.keys() ?? [])]) watchFile(watched, path)
  const inputs = requireInputs(installed)
  requireGood(layout, stored, { name, files })
  const tree = rememberedPlaces(layout, stored)
  if (!tree) return undefined
  watchFile(watched, layout.tree(stored.key))
  watchSeen(watched, tree)
  for (const place of files.flatMap(({ places }) => places ?? [])) watchSearchedPlace(watched, place)
  requireOwnPlaces({ name, files })
  const now = BigInt(Date.now()) * 1_000_000n
  if (![...watched.whole.values()].every(({ ctimeNs }) => isSettled(ctimeNs, now))) return undefined
  // After a power cut, times may be on disk while bytes are not, and nobody would ask again.
  syncWritten([...inputs.map(({ path }) => path), ...tree.keys()], STORE_DISK)
  return watched
}

/** The texts by which the run was proven are still there. */
function requireInputs(run: Installed): Inputs {
  const compared = comparedInputs(run)
  if ('problem' in compared) throw refused(run, compared)
  const changed = compared.inputs.find(({ path, text }) => readFileSync(path, 'latin1') !== text)
  if (!changed) return compared.inputs
  throw refused(run, { problem: `is proven by ${quote(changed.path)}, which was changed meanwhile`, hint: AGAIN })
}

const AGAIN = 'run the command again'

function unsettled(run: Installed): Error {
  return refused(run, { problem: 'has files that are being changed', hint: AGAIN })
}

function refused({ executable }: ProvenRun, { problem, hint }: { problem: string; hint: string }): Error {
  const { repo, plugin, version } = executable
  const name = releaseName({ repo, plugin, version })
  return coded('LINK_REFUSED', {
    message: `plugin ${quote(name)} cannot be linked: it ${problem}, so each run needs octo`,
    details: { plugin: name, problem },
    hint,
  })
}
