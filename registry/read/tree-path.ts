// Which addresses belong to the tree, and what kind of file each names. Anything that does not match this grammar never
// reaches the file system, so no spelling of a path can leave the tree.

/** A tree address: path under the root, and what decides how it is served. */
export type TreePath = {
  readonly path: string
  readonly kind: 'document' | 'release' | 'blob'
  /** Digest in the address of a blob. */
  readonly hex?: string
}

const NAME = '[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?'
const VERSION = '\\d+\\.\\d+\\.\\d+(?:-[0-9A-Za-z.-]+)?'
const FILE = '[A-Za-z0-9][A-Za-z0-9._+-]{0,220}'
const DOCUMENT = new RegExp(
  `^/(?:\\.well-known/octo\\.json|schemas/(?:octo|plugin)\\.schema\\.json|repos/${NAME}(?:/_/[0-9a-f]{2}|/${NAME}(?:/_/[1-9][0-9]{0,3}(?=\\.json$))?)?\\.(?:json|yaml))$`,
)
const RELEASE = new RegExp(`^/repos/${NAME}/${NAME}/${VERSION}/${FILE}$`)
const BLOB = /^\/blobs\/sha256\/([0-9a-f]{64})$/
const MAX_LENGTH = 1024

/** Whether the address lies in the part of the address space that is the tree's, existing or not. */
export function isTreeAddress(url: string): boolean {
  return /^\/(?:repos\/|blobs\/|schemas\/|\.well-known\/octo\.json)/.test(url)
}

/** Reads the path of a request (query ignored); undefined when no file of the tree can have it. */
export function parseTreePath(url: string): TreePath | undefined {
  const path = decodedOnce(withoutQuery(url))
  if (path === undefined || path.length > MAX_LENGTH) return undefined
  if (DOCUMENT.test(path)) return { path: path.slice(1), kind: 'document' }
  if (RELEASE.test(path)) return { path: path.slice(1), kind: 'release' }
  const hex = BLOB.exec(path)?.[1]
  return hex === undefined ? undefined : { path: path.slice(1), kind: 'blob', hex }
}

export function withoutQuery(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

function decodedOnce(path: string): string | undefined {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
