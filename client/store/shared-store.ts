// A second store that all users of a machine read: its folders are root's or the user's own, and nothing is ever written there.
// Bytes alone are taken from it, and each is proven as if it had just been downloaded; what it says of itself (memos, records of
// proofs, serials) is not read. Answers: another local user who fills it, and half of a store.
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { quote, shellWord } from '../../schemas/quote.ts'
import { readIfWhole } from '../../system/files/atomic-file.ts'
import type { Layout } from './layout.ts'
import { layoutOf } from './layout.ts'
import { problemOfShared } from './own-folder.ts'
import { PACKAGE_SCOPE, packageScopePath } from './package-scope.ts'

type SharedStore =
  | { readonly state: 'usable'; readonly layout: Layout }
  /** `problem` follows the name of the store. */
  | { readonly state: 'refused'; readonly root: string; readonly problem: string; readonly hint: string }

/** Undefined where none is named, or the one that is named is the user's own. */
export function openShared(own: Layout, root: string | undefined): SharedStore | undefined {
  if (root === undefined || resolve(root) === resolve(own.root)) return undefined
  const found = problemOf(root)
  return found ? { state: 'refused', root, ...found } : { state: 'usable', layout: bytesFrom(root, own) }
}

/** Bytes of the shared store, with the records, locks and staging of the user's own. */
function bytesFrom(root: string, own: Layout): Layout {
  const { blobs, blob, releases, release, trees, tree } = layoutOf(root)
  return { ...own, blobs, blob, releases, release, trees, tree, sharedRoot: root }
}

/** What a warning says of one that is passed over. */
export function refusedShared({ root, problem }: { readonly root: string; readonly problem: string }): string {
  return `the shared store ${quote(root)} (OCTO_SHARED_STORE) is passed over: it ${problem}`
}

type Problem = { readonly problem: string; readonly hint: string }

const FILL = 'whoever looks after it fills it with `octo install --shared`'
const OWN = 'it has to be of root or your own, and nobody else may write there or on the way to it'

function problemOf(root: string): Problem | undefined {
  if (!isAbsolute(root)) return { problem: 'is no absolute path', hint: 'write it from `/` on' }
  if (process.getuid === undefined)
    return { problem: 'is on a system where nobody can tell who may write there', hint: 'unset OCTO_SHARED_STORE' }
  try {
    return problemInside(root)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown'
    return { problem: `cannot be read (${reason})`, hint: `${FILL}, which lets all users read it` }
  }
}

function problemInside(root: string): Problem | undefined {
  const found = statSync(root, { throwIfNoEntry: false })
  if (!found) return { problem: 'is not there', hint: FILL }
  if (!found.isDirectory()) return { problem: 'is no folder', hint: FILL }
  accessSync(root, constants.R_OK | constants.X_OK)
  const { base, blobs, releases, trees } = layoutOf(root)
  if (!existsSync(base)) return { problem: 'holds no store of this octo, expected the folder `v1`', hint: FILL }
  for (const folder of [blobs, releases, trees]) {
    if (!existsSync(folder)) return { problem: `is not whole: ${quote(folder)} is not there`, hint: FILL }
    accessSync(folder, constants.R_OK | constants.X_OK)
    const inner = problemOfShared([base, join(folder, '..'), folder])
    if (inner) return { problem: wordsOf(inner, root), hint: hintFor(inner) }
  }
  const scope = packageScopePath({ trees })
  if (readIfWhole(scope) === PACKAGE_SCOPE) return undefined
  return { problem: `is not whole: ${quote(scope)} is not as octo writes it`, hint: FILL }
}

type PlaceProblem = NonNullable<ReturnType<typeof problemOfShared>>

function wordsOf({ place, problem, mode }: PlaceProblem, root: string): string {
  const said = `${problem}, found mode 0${mode}`
  return place === root ? said : `has ${quote(place)}, which ${said}`
}

function hintFor({ place, own }: PlaceProblem): string {
  return own ? `\`chmod go-w ${shellWord(place)}\`` : OWN
}
