// Free space is shared out: what open sessions may still upload is not given to another, one token gets only a part of it in a
// day, and a rest stays for the database. So no publisher can stop the registry or the others by filling its disk. What is here of
// private repos is counted as if it were not, or how much is missing would tell that it is.
import { statfs } from 'node:fs/promises'
import type { OpenSessionRequest } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { announcedBlobs } from '../../static-tree/release-limits.ts'
import type { FoundForOpening } from '../db/publishing-store.ts'
import { isSeen } from './seen-uploads.ts'

const MAX_RESERVE_BYTES = 64 * 1024 * 1024
const RESERVED_SHARE = 1 / 50
/** What one token may take of the space that others left. */
const TOKEN_SHARE = 3 / 4

/** Bytes that may be filled. */
export async function measureSpace(dataDir: string): Promise<number> {
  const { bavail, bsize, blocks } = await statfs(dataDir)
  return Math.max(0, Math.floor(bavail * bsize - Math.min(MAX_RESERVE_BYTES, blocks * bsize * RESERVED_SHARE)))
}

type FoundSpace = Pick<FoundForOpening, 'live' | 'promised' | 'brought' | 'token' | 'hasPrivate'>
type SpaceWish = { readonly request: OpenSessionRequest; readonly freeBytes: number }

/**
 * In the step that makes the promise; `brought` is what the token uploaded within a day. Throws NO_SPACE. What arrived already of open sessions counts twice: near a full
 * disk, refusing early is the point.
 */
export function requireSpace(
  { request, freeBytes }: SpaceWish,
  { live, promised, brought, token, hasPrivate }: FoundSpace,
): void {
  const knowledge = { scopes: token?.scopes ?? [], hasPrivate }
  const missing = announcedBlobs(request).filter(({ digest }) => {
    const origin = live.get(digest)
    return !origin || !isSeen(origin, knowledge)
  })
  const needed = missing.reduce((sum, { size }) => sum + size, 0)
  const available = Math.max(0, freeBytes - promised.others - promised.own)
  if (needed > available)
    throw coded('NO_SPACE', {
      message: `the registry has no room for ${needed} bytes, expected at most ${available}`,
      details: { needed, available },
      hint: (data) =>
        `try again when other publishers have finished; the registry’s owner can run \`octo registry gc --data ${data}\``,
    })
  const share = Math.floor((Math.max(0, freeBytes - promised.others) + brought) * TOKEN_SHARE)
  const left = Math.max(0, share - brought - promised.own)
  if (needed > left)
    throw coded('NO_SPACE', {
      message: `this token may take ${left} more bytes of the registry’s space today, found ${needed}`,
      details: { needed, available: left, brought, promised: promised.own },
      hint: 'finish or delete open sessions, publish less at once, or give the registry a larger disk',
    })
}
