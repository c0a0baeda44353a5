// The folder of one release: artifacts and bundle, the bytes of which also lie under their digest, and a checksum beside each
// artifact. A folder appears whole or not at all, so that it exists is enough to know that it is whole.
import type { Digest } from '../../schemas/digest.ts'
import { BUNDLE_FILE, blobPath, releaseFolder } from '../../static-tree/paths.ts'
import type { ReleaseRecord } from '../../static-tree/record.ts'
import { renderChecksum } from '../../static-tree/render/release.ts'
import type { TreeStore } from '../../static-tree/write/store.ts'
import type { BlobStore } from '../blobs/store.ts'

export type ReleasePlaces = {
  readonly store: TreeStore
  readonly blobs: Pick<BlobStore, 'open'>
}

type Blob = { readonly digest: Digest; readonly size: number }
type Part = Blob | { readonly text: string }

/** Digests of everything in a release, each once. */
export function digestsOf(release: ReleaseRecord): Digest[] {
  return blobsOf(release).map(({ digest }) => digest)
}

/** Shows a release: first its bytes by digest, then its folder. */
export async function putRelease(release: ReleaseRecord, { store, blobs }: ReleasePlaces): Promise<void> {
  const puts = blobsOf(release).map((blob) => store.putBlob({ ...blob, read: () => blobs.open(blob.digest) }))
  await Promise.all(puts)
  await store.putFolder(folderOf(release), partsOf(release))
}

/** Takes a release out of the tree; `isServed` says which of its bytes other releases still need. */
export async function removeRelease(
  release: ReleaseRecord,
  { store }: ReleasePlaces,
  isServed: (digest: Digest) => Promise<boolean>,
): Promise<void> {
  await store.delete(folderOf(release))
  for (const digest of digestsOf(release)) if (!(await isServed(digest))) await store.delete(blobPath(digest))
}

/** Whether the folder and the blobs hold exactly what they should. */
export async function isReleaseWhole(release: ReleaseRecord, { store }: ReleasePlaces): Promise<boolean> {
  const folder = folderOf(release)
  const parts = partsOf(release)
  if ((await store.list(folder)).length !== parts.size) return false
  const looks = [...parts].map(([name, part]) => isPartWhole(`${folder}/${name}`, part, store))
  return (await Promise.all(looks)).every(Boolean)
}

function folderOf({ predicate: { repo, plugin }, version }: ReleaseRecord): string {
  return releaseFolder(repo, plugin, version)
}

/** Everything in a release's folder, by name. */
function partsOf({ predicate, bundle }: ReleaseRecord): ReadonlyMap<string, Part> {
  const artifacts = Object.values(predicate.platforms)
  return new Map<string, Part>([
    ...artifacts.map(({ file, digest, size }) => [file, { digest, size }] as const),
    ...artifacts.map((artifact) => [`${artifact.file}.sha256`, { text: renderChecksum(artifact) }] as const),
    [BUNDLE_FILE, bundle],
  ])
}

function blobsOf(release: ReleaseRecord): Blob[] {
  const blobs = [...partsOf(release).values()].filter((part) => 'digest' in part)
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
}

async function isPartWhole(path: string, part: Part, store: TreeStore): Promise<boolean> {
  if ('digest' in part) return (await store.holds(path, part)) && (await store.holds(blobPath(part.digest), part))
  const found = await store.stat(path)
  if (found?.kind !== 'file' || found.size !== part.text.length) return false
  return (await store.read(path).catch(() => undefined))?.toString('utf8') === part.text
}
