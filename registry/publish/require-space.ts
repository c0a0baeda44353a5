// Free space is shared out: what open sessions may still upload is not given to another, one token gets only a part of it in a
// day. So no publisher can stop the registry or the others by filling its disk, be it with bytes
// or with files of a byte each. What is here of private repos is counted as if it were not, or how much is missing would tell that it is.
import type { OpenSessionRequest } from '../../schemas/api.ts'
import { coded } from '../../schemas/errors.ts'
import { announcedBlobs } from '../../static-tree/release-limits.ts'
import type { FreeSpace } from '../data-dir/free-space.ts'
import type { Amount, FoundForOpening } from '../db/publishing-store.ts'
import { isSeen } from './seen-uploads.ts'

/** What one token may take of the space that others left. */
const TOKEN_SHARE = 3 / 4
/** A file takes whole blocks, and a row stands for it. */
// allow(dead-export): the test fills a disk but for one block
export const BLOCK_BYTES = 4096

/** Bytes lie where uploads arrive first, and then where blobs are kept, which may have no end. On one disk the two are the same. */
export type FreeRoom = { readonly uploads: FreeSpace; readonly blobs: FreeSpace | undefined }

type FoundSpace = Pick<FoundForOpening, 'live' | 'promised' | 'brought' | 'token' | 'hasPrivate'>
type SpaceWish = { readonly request: OpenSessionRequest; readonly free: FreeRoom }

/**
 * In the step that makes the promise; `brought` is what the token uploaded within a day. Throws NO_SPACE. What arrived already of open sessions counts twice: near a full
 * disk, refusing early is the point.
 */
export function requireSpace({ request, free }: SpaceWish, found: FoundSpace): void {
  const { promised, brought } = found
  const needed = missingOf(request, found)
  if (free.blobs) requireRoom({ needed, free: free.blobs, promised, brought })
  // What was stored elsewhere has left the place of uploads.
  requireRoom({ needed, free: free.uploads, promised, brought: NOTHING })
}

type Room = Pick<FoundSpace, 'promised' | 'brought'> & { readonly needed: Amount; readonly free: FreeSpace }

const NOTHING: Amount = { bytes: 0, blobs: 0 }

function requireRoom({ needed, free, promised, brought }: Room): void {
  const share = (what: 'bytes' | 'files', amountOf: (amount: Amount) => number) =>
    requireShare({
      what,
      free: free[what],
      needed: amountOf(needed),
      others: amountOf(promised.others),
      own: amountOf(promised.own),
      brought: amountOf(brought),
    })
  share('bytes', ({ bytes, blobs }) => bytes + blobs * BLOCK_BYTES)
  share('files', ({ blobs }) => blobs)
}

function missingOf(request: OpenSessionRequest, { live, token, hasPrivate }: FoundSpace): Amount {
  const knowledge = { scopes: token?.scopes ?? [], hasPrivate }
  const missing = announcedBlobs(request).filter(({ digest }) => {
    const origin = live.get(digest)
    return !origin || !isSeen(origin, knowledge)
  })
  return { bytes: missing.reduce((sum, { size }) => sum + size, 0), blobs: missing.length }
}

type Share = Readonly<Record<'free' | 'needed' | 'others' | 'own' | 'brought', number>> & { readonly what: string }

function requireShare({ what, free, needed, others, own, brought }: Share): void {
  const available = Math.max(0, free - others - own)
  if (needed > available)
    throw coded('NO_SPACE', {
      message: `the registry has no room for ${needed} ${what}, expected at most ${available}`,
      details: { needed, available },
      hint: (data) =>
        `try again when other publishers have finished; the registry’s owner can run \`octo registry gc --data ${data}\``,
    })
  const share = Math.floor((Math.max(0, free - others) + brought) * TOKEN_SHARE)
  const left = Math.max(0, share - brought - own)
  if (needed > left)
    throw coded('NO_SPACE', {
      message: `this token may take ${left} more ${what} of the registry’s space today, found ${needed}`,
      details: { needed, available: left, brought, promised: own },
      hint: 'finish or delete open sessions, publish less at once, or give the registry a larger disk',
    })
}
