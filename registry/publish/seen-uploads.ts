// What is here already of what a session announced, as far as its token may know. A digest is no secret: it stands in lockfiles. Whoever
// names one gets neither the bytes of a private repo into a release of their own nor an answer whether they are there.
import type { Digest } from '../../schemas/digest.ts'
import { mayRead } from '../auth/scope.ts'
import type { BlobOrigin, PromisedUpload } from '../db/publishing-store.ts'
import type { Scope, Session } from '../db/records.ts'
import type { MetadataStore } from '../db/store.ts'

/** What a token may know of uploads. */
type Knowledge = {
  readonly scopes: readonly Scope[]
  /** Whether there is anything that it may not know. */
  readonly hasPrivate: boolean
}

/** Bytes count as here for whoever brought them, or may fetch them from a release. */
export function isSeen({ isOwn, heldBy }: BlobOrigin, { scopes, hasPrivate }: Knowledge): boolean {
  const mayFetch = ({ repo, visibility }: BlobOrigin['heldBy'][number]) =>
    visibility === 'public' || mayRead(scopes, repo)
  return !hasPrivate || isOwn || heldBy.some(mayFetch)
}

export function seenUpload(upload: PromisedUpload, knowledge: Knowledge): PromisedUpload {
  return isSeen(upload, knowledge) ? upload : { ...upload, storedSize: undefined }
}

type Stores = Pick<MetadataStore, 'publishing' | 'tokens' | 'repos'>

/** All that the session announced, or one digest of it. */
export async function seenUploads(
  { publishing, tokens, repos }: Stores,
  { id, tokenId }: Pick<Session, 'id' | 'tokenId'>,
  digest?: Digest,
): Promise<PromisedUpload[]> {
  const uploads = await publishing.uploads(id, digest)
  const knowledge = { scopes: (await tokens.find(tokenId))?.scopes ?? [], hasPrivate: await repos.hasPrivate() }
  return uploads.map((upload) => seenUpload(upload, knowledge))
}
