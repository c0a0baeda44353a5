// What lies where in the data directory of a registry. The only file that knows the names.
import { dirname, join } from 'node:path'

/** e.g. DIR/octo.db */
export const databasePath = (dataDir: string) => join(dataDir, 'octo.db')
/** e.g. DIR/serve.lock */
export const lockPath = (dataDir: string) => join(dataDir, 'serve.lock')
/** e.g. DIR/blobs/sha256 */
export const blobsPath = (dataDir: string) => join(dataDir, 'blobs', 'sha256')
/** e.g. DIR/trash: blobs that collection took away, for a day. */
export const trashPath = (dataDir: string) => join(dataDir, 'trash')
/** e.g. DIR/uploads */
export const uploadsPath = (dataDir: string) => join(dataDir, 'uploads')
/** e.g. DIR/audit-head.json: where the audit log ended last. */
export const auditHeadPath = (dataDir: string) => join(dataDir, 'audit-head.json')
/** e.g. DIR/staging: what the tree will be. */
export const stagingPath = (dataDir: string) => join(dataDir, 'staging')
/** e.g. DIR/private-tree: the same of private repos, closed to everybody but this user. */
export const privateTreePath = (dataDir: string) => join(dataDir, 'private-tree')
/** e.g. DIR/private-staging */
export const privateStagingPath = (dataDir: string) => join(dataDir, 'private-staging')
/** e.g. DIR/tree: what is served to everybody, derived from the rest. */
export const treePath = (dataDir: string) => join(dataDir, 'tree')
/** e.g. DIR/tree.json: what the tree was rendered for. */
export const treeMarkPath = (dataDir: string) => join(dataDir, 'tree.json')

/** Each in a file of one line, e.g. DIR/base-url. */
export type Remembered = 'base-url' | 'component-domain'
export const rememberedPath = (dataDir: string, name: Remembered) => join(dataDir, name)

const ALL: Readonly<Record<Remembered, true>> = { 'base-url': true, 'component-domain': true }
export const REMEMBERED = Object.keys(ALL) as readonly Remembered[]

/** All that octo makes there, but for the lock file; the folder above one stands before it. */
export function dataPaths(dataDir: string): readonly string[] {
  const database = databasePath(dataDir)
  return [
    ...[database, `${database}-wal`, `${database}-shm`, auditHeadPath(dataDir)],
    ...REMEMBERED.map((name) => rememberedPath(dataDir, name)),
    ...[dirname(blobsPath(dataDir)), blobsPath(dataDir), trashPath(dataDir), uploadsPath(dataDir)],
    ...[stagingPath(dataDir), treePath(dataDir), treeMarkPath(dataDir)],
    ...[privateStagingPath(dataDir), privateTreePath(dataDir)],
  ]
}
