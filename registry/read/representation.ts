// A file of the tree as it is sent: bytes where they are in memory, and headers that are made once and sent many times.

import type { Digest } from '../../schemas/digest.ts'
import { hexOf } from '../../schemas/digest.ts'
import { BUNDLE_MEDIA_TYPE } from '../../schemas/release-statement.ts'
import { BUNDLE_FILE } from '../../static-tree/paths.ts'
import type { Visibility } from '../db/records.ts'
import { PRIVATE_CACHING, SAME_ORIGIN } from '../private-headers.ts'
import type { Encoding } from './conditions.ts'
import type { TreePath } from './tree-path.ts'

export type Representation = {
  readonly size: number
  readonly etag: string
  /** Absent while the bytes are only in the tree. */
  readonly body: Buffer | undefined
  /** Name, value, name, value …: of an answer that carries all bytes. */
  readonly whole: string[]
  /** The same for a part: all but length and range, which differ each time. */
  readonly part: string[]
  readonly notModified: string[]
}

// Bytes have a digest, so nothing in between may change them.
const CACHE_CONTROL: Record<TreePath['kind'], string> = {
  document: 'public, max-age=60, stale-while-revalidate=600, no-transform',
  // A quarantine takes these away again, so they are asked for anew each hour; a 304 answers.
  release: 'public, max-age=3600, no-transform',
  blob: 'public, max-age=31536000, immutable, no-transform',
}

type Described = {
  readonly at: TreePath
  /** Of the repo whose file it is. */
  readonly visibility: Visibility
  readonly encoding: Encoding
  readonly digest: Digest
  readonly size: number
  readonly body?: Buffer | undefined
}

export function represent({ at, visibility, encoding, digest, size, body }: Described): Representation {
  const etag = `"${digest}"`
  const isPrivate = visibility === 'private'
  const varies = [...(isPrivate ? ['Authorization'] : []), ...(at.kind === 'document' ? ['Accept-Encoding'] : [])]
  const shared = ['ETag', etag, 'Cache-Control', isPrivate ? PRIVATE_CACHING : CACHE_CONTROL[at.kind]]
  if (varies.length > 0) shared.push('Vary', varies.join(', '))
  if (isPrivate) shared.push(...Object.entries(SAME_ORIGIN).flat())
  const part = [
    ...['Content-Type', contentType(at)],
    ...shared,
    ...['Repr-Digest', `sha-256=:${Buffer.from(hexOf(digest), 'hex').toString('base64')}:`],
    ...['Accept-Ranges', 'bytes', 'X-Content-Type-Options', 'nosniff'],
    ...(encoding === 'identity' ? [] : ['Content-Encoding', encoding]),
    ...(at.kind === 'release' ? disposition(at) : []),
  ]
  const whole = ['Content-Length', String(size), ...part]
  return { size, etag, body, whole, part, notModified: shared }
}

function contentType({ path, kind }: TreePath): string {
  if (kind === 'document') return path.endsWith('.json') ? 'application/json' : 'application/yaml'
  if (path.endsWith(`/${BUNDLE_FILE}`)) return BUNDLE_MEDIA_TYPE
  if (kind === 'release' && path.endsWith('.sha256')) return 'text/plain; charset=utf-8'
  if (kind === 'release' && path.endsWith('.tar.gz')) return 'application/gzip'
  return 'application/octet-stream'
}

/** The grammar of file names leaves nothing to escape. */
function disposition({ path }: TreePath): string[] {
  return ['Content-Disposition', `attachment; filename="${path.slice(path.lastIndexOf('/') + 1)}"`]
}
