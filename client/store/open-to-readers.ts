// Lets all users of this machine read the bytes of a store, and nothing else of it: records, logins of downloads and copies of
// documents stay their owner's.
import { chmodSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onStoreDisk } from './disk.ts'
import type { Layout } from './layout.ts'
import { packageScopePath } from './package-scope.ts'

const READ_BY_ALL = 0o755
const PASS = 0o001

/** Gives the first folder on the way through which others cannot pass; undefined when there is none. */
export function openToReaders(layout: Layout): string | undefined {
  const { root, base, blobs, releases, trees } = layout
  const folders = [root, base, ...[blobs, releases, trees].flatMap((folder) => [join(folder, '..'), folder])]
  for (const folder of folders)
    if (folder === root || isOwn(folder)) onStoreDisk(folder, () => chmodSync(folder, READ_BY_ALL))
  const scope = packageScopePath(layout)
  if (isOwn(scope)) onStoreDisk(scope, () => chmodSync(scope, 0o644))
  // Written with the umask of whoever fills the store, unlike blobs and trees.
  for (const name of onStoreDisk(releases, () => readdirSync(releases))) {
    const release = join(releases, name)
    if (isOwn(release)) onStoreDisk(release, () => chmodSync(release, 0o444))
  }
  return closedOnTheWay(root)
}

/** In a store that was carried here, a link or a second name would open a file that lies elsewhere. */
function isOwn(path: string): boolean {
  const found = onStoreDisk(path, () => lstatSync(path))
  return found.isDirectory() || (found.isFile() && found.nlink === 1)
}

/** Whether it is there for others, too. */
export function isOpenToReaders({ trees }: Layout): boolean {
  return process.getuid !== undefined && (onStoreDisk(trees, () => statSync(trees)).mode & PASS) !== 0
}

function closedOnTheWay(root: string): string | undefined {
  const above = dirname(root)
  if (above === root) return undefined
  return closedOnTheWay(above) ?? ((statSync(above).mode & PASS) === 0 ? above : undefined)
}
