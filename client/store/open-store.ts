// Opens the store: its folders exist and only its owner can write. Answers: another local user who swaps what is executed.
import { mkdirSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { onDisk } from './disk-errors.ts'
import type { Layout } from './layout.ts'
import { layoutOf } from './layout.ts'
import { problemOfFolder } from './own-folder.ts'
import { endPackageScope } from './package-scope.ts'

/** Throws STORE_UNSAFE, NO_SPACE or IO_FAILED. */
export function openStore(root: string): Layout {
  const layout = layoutOf(root)
  onDisk(root, () => mkdirSync(root, { recursive: true, mode: 0o700 }))
  requireOwned(root)
  const { base, blobs, releases, trees, memos, warm, proven, parts, documents, seen, knownLocks, locks, staging } =
    layout
  const folders = [blobs, releases, trees, memos, warm, proven, parts, documents, seen, knownLocks, locks, staging]
  for (const folder of folders) onDisk(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }))
  requireOwned(base)
  endPackageScope(layout)
  return layout
}

function requireOwned(folder: string): void {
  const found = onDisk(folder, () => problemOfFolder(folder))
  if (!found) return
  const { place, problem, uid, mode, own } = found
  const subject =
    place === folder ? `store ${quote(folder)}` : `${quote(place)} on the way to the store ${quote(folder)}`
  throw coded('STORE_UNSAFE', {
    message: `${subject} ${problem}, found mode 0${mode}`,
    details: { folder, place, uid, mode },
    hint: own
      ? `chmod go-w ${shellWord(place)}`
      : 'set OCTO_HOME to a folder of your own, below folders of your own or of root',
  })
}
