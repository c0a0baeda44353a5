// Opens the store: its folders exist and only its owner can write. Answers: another local user who swaps what is executed.
import { lstatSync, mkdirSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote, shellWord } from '../../schemas/quote.ts'
import { onDisk } from './disk-errors.ts'
import type { Layout } from './layout.ts'
import { layoutOf } from './layout.ts'

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
  return layout
}

function requireOwned(folder: string): void {
  const owner = process.getuid?.()
  // Windows has no modes; the profile folder's access list protects the store there.
  if (owner === undefined) return
  const { uid, mode } = onDisk(folder, () => lstatSync(folder))
  if (uid === owner && (mode & 0o022) === 0) return
  throw coded('STORE_UNSAFE', {
    message:
      uid === owner
        ? `store ${quote(folder)} can be written by other users, expected mode 0700, found 0${(mode & 0o777).toString(8)}`
        : `store ${quote(folder)} belongs to another user, expected uid ${owner}, found ${uid}`,
    details: { folder, uid, mode: (mode & 0o777).toString(8) },
    hint: `\`chmod 0700 ${shellWord(folder)}\`, or set OCTO_HOME to a folder of your own`,
  })
}
