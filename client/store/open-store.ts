// Opens the store: its folders exist, are its own and only its owner can write. Answers: another local user who swaps what is executed, and
// a store that was carried here, in which a folder leads elsewhere: what octo writes and removes in its own folders would be there.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { coded, isCoded, withHint } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { onStoreDisk } from './disk.ts'
import { statOf } from './identity.ts'
import type { Layout } from './layout.ts'
import { layoutOf } from './layout.ts'
import { problemOfFolder } from './own-folder.ts'
import { endPackageScope } from './package-scope.ts'

/** Throws STORE_UNSAFE, NO_SPACE or IO_FAILED. */
export function openStore(root: string): Layout {
  const layout = layoutOf(root)
  requireShortPath(root)
  makeRoot(root)
  requireOwned(root)
  const { base, blobs, releases, trees, memos, warm, proven, made, shims, shimNames } = layout
  const { parts, documents, seen, knownLocks, knownPrograms, used, locked, locks, staging } = layout
  const ours = [blobs, releases, trees, memos, warm, proven, made, shims, shimNames]
  const folders = [...ours, parts, documents, seen, knownLocks, knownPrograms, locks, staging]
  for (const folder of [base, ...folders.map((inner) => dirname(inner)), ...folders, used, locked])
    requireNoLink(folder)
  for (const folder of folders) onStoreDisk(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }))
  for (const folder of [base, ...folders]) requireOwned(folder)
  endPackageScope(layout)
  return layout
}

/** Of the root nobody asks: whoever named it means what it leads to. Throws STORE_UNSAFE. */
export function requireNoLink(folder: string): void {
  if (!onStoreDisk(folder, () => statOf(folder))?.isSymbolicLink()) return
  throw coded('STORE_UNSAFE', {
    message: `store ${quote(folder)} is a link, expected a folder of the store itself: octo removes what lies in its own folders`,
    details: { folder },
    hint: `look where it leads to, and run \`rm ${shellWord(folder)}\`, which takes the link alone`,
  })
}

/** SQLite, whose locks the store uses, opens no path of more than 512 bytes; the longest below the root has 60. */
const MAX_ROOT_BYTES = 440

function requireShortPath(root: string): void {
  const bytes = Buffer.byteLength(root)
  if (bytes <= MAX_ROOT_BYTES) return
  throw coded('LIMIT_EXCEEDED', {
    message: `path of the store ${quote(root)} has ${bytes} bytes, expected at most ${MAX_ROOT_BYTES}`,
    details: { bytes, maxBytes: MAX_ROOT_BYTES },
    hint: 'set OCTO_HOME to a folder with a shorter path',
  })
}

function makeRoot(root: string): void {
  try {
    onStoreDisk(root, () => makeFolder(root, 0o700))
  } catch (error) {
    throw isCoded(error, 'IO_FAILED') ? withHint(error, 'set OCTO_HOME to a folder of your own') : error
  }
}

/** Throws STORE_UNSAFE. */
export function requireOwned(folder: string): void {
  const found = onStoreDisk(folder, () => problemOfFolder(folder))
  if (!found) return
  const { place, problem, uid, mode, own } = found
  const subject =
    place === folder ? `store ${quote(folder)}` : `${quote(place)} on the way to the store ${quote(folder)}`
  throw coded('STORE_UNSAFE', {
    message: `${subject} ${problem}, found mode 0${mode}`,
    details: { folder, place, uid, mode },
    hint: own
      ? `run \`chmod go-w ${shellWord(place)}\``
      : 'set OCTO_HOME to a folder of your own, below folders of your own or of root',
  })
}
