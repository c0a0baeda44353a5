// The records of blobs, and what refers to them.
import type { BlobRecords } from '../../../../registry/db/publishing-store.ts'
import type { Session } from '../../../../registry/db/records.ts'
import type { Digest } from '../../../../schemas/digest.ts'
import { uploadsOf } from './publishing.ts'
import type { State, Steps } from './state.ts'
import { byText, isEverythingHere } from './state.ts'

export function blobsOf({ read, write }: Steps): BlobRecords {
  const markForDeletion = ({ blobs }: State, digest: Digest) => {
    const blob = blobs.get(digest)
    if (blob) blobs.set(digest, { ...blob, state: 'deleting' })
  }
  return {
    record: (blob, session) =>
      write(({ blobs, uploads }) => {
        blobs.set(blob.digest, { ...blob, state: 'live' })
        const promised = session === undefined ? undefined : uploads.get(session)
        if (session === undefined || !promised) return
        const noted = promised.map((each) =>
          each.digest === blob.digest ? { ...each, isReceived: true as const } : each,
        )
        uploads.set(session, noted)
      }),
    findLive: (digest) =>
      read(({ blobs }) => {
        const blob = blobs.get(digest)
        return blob?.state === 'live' ? blob : undefined
      }),
    has: (digest) => read(({ blobs }) => blobs.has(digest)),
    async *walk() {
      yield* await read(({ blobs }) => [...blobs.values()].sort((a, b) => byText(a.digest, b.digest)))
    },
    unreferenced: ({ before, now, latest }) =>
      read((state) =>
        [...state.blobs.values()]
          .filter(({ createdAt, state }) => createdAt < before || createdAt > latest || state === 'deleting')
          .filter(({ digest }) => !isReferenced(state, digest, ({ leaseUntil }) => leaseUntil > now))
          .sort((a, b) => byText(a.digest, b.digest)),
      ),
    markForDeletion: (digest) =>
      write((state) => {
        if (!isReferenced(state, digest)) markForDeletion(state, digest)
      }),
    giveUp: (digest) =>
      write((state) => {
        if (isReferenced(state, digest) || !isEverythingHere(state)) return false
        markForDeletion(state, digest)
        return true
      }),
    forget: (digest) =>
      write((state) => {
        if (isReferenced(state, digest) || state.blobs.get(digest)?.state === 'live') return false
        state.blobs.delete(digest)
        return true
      }),
  }
}

function isReferenced(state: State, digest: Digest, counts: (session: Session) => boolean = () => true): boolean {
  const released = [...state.releases.values()].some(
    ({ release, artifacts }) => release.bundleDigest === digest || artifacts.some((file) => file.digest === digest),
  )
  const promised = [...state.sessions.values()].some(
    (session) =>
      session.state === 'open' && counts(session) && uploadsOf(state, session.id).some((up) => up.digest === digest),
  )
  return released || promised
}
