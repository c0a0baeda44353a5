// The folder of one release: artifacts and bundle as hard links to the private blobs, and a checksum beside each artifact.
// A folder appears whole or not at all, so that it exists is enough to know that it is whole.
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { BUNDLE_FILE, blobPath, releaseFolder } from '../../static-tree/paths.ts'
import type { ReleaseRecord } from '../../static-tree/record.ts'
import { renderChecksum } from '../../static-tree/render/release.ts'
import { linkOrCopy } from '../../static-tree/write/link-or-copy.ts'
import { digestOfFile } from '../../system/files/hash-file.ts'
import type { BlobStore } from '../blobs/disk.ts'
import { writeError } from '../blobs/durable.ts'
import type { Staging } from './staging.ts'

export type ReleasePlaces = {
  readonly root: string
  readonly blobs: Pick<BlobStore, 'pathOf'>
  readonly staging: Staging
}

type Part = { readonly name: string } & ({ readonly digest: Digest; readonly size: number } | { readonly text: string })

/** Everything in a release's folder. */
export function partsOf({ predicate, bundle }: ReleaseRecord): Part[] {
  const artifacts = Object.values(predicate.platforms)
  return [
    ...artifacts.map(({ file, digest, size }) => ({ name: file, digest, size })),
    ...artifacts.map((artifact) => ({ name: `${artifact.file}.sha256`, text: renderChecksum(artifact) })),
    { name: BUNDLE_FILE, ...bundle },
  ]
}

/** Digests of everything in a release, each once. */
export function digestsOf(release: ReleaseRecord): Digest[] {
  return [...new Set(partsOf(release).flatMap((part) => ('digest' in part ? part.digest : [])))]
}

export function folderOf(root: string, { predicate: { repo, plugin }, version }: ReleaseRecord): string {
  return join(root, releaseFolder(repo, plugin, version))
}

/** Shows a release: first its bytes by digest, then its folder. */
export async function putRelease(release: ReleaseRecord, places: ReleasePlaces): Promise<void> {
  const { root, blobs, staging } = places
  await Promise.all(digestsOf(release).map((digest) => putBlob(digest, places)))
  const folder = staging.name()
  await mkdir(folder)
  const parts = partsOf(release).map((part) => {
    const path = join(folder, part.name)
    return 'digest' in part
      ? linkOrCopy(blobs.pathOf(part.digest), path)
      : writeFile(path, part.text, { flag: 'wx' })
  })
  await Promise.all(parts).catch(refuse)
  const target = folderOf(root, release)
  await staging.remove(target)
  await staging.move(folder, target)
}

/** Takes a release out of the tree; `isServed` says which of its bytes other releases still need. */
export async function removeRelease(
  release: ReleaseRecord,
  { root, staging }: ReleasePlaces,
  isServed: (digest: Digest) => boolean,
): Promise<void> {
  await staging.remove(folderOf(root, release))
  for (const digest of digestsOf(release)) if (!isServed(digest)) await staging.remove(join(root, blobPath(digest)))
}

/** Whether the folder and the blobs hold exactly what they should; reads bytes only where they are no links. */
export async function isReleaseWhole(release: ReleaseRecord, { root, blobs }: ReleasePlaces): Promise<boolean> {
  const folder = folderOf(root, release)
  const parts = partsOf(release)
  const names = await readdir(folder).catch(() => [])
  if (names.length !== parts.length) return false
  const looks = parts.map((part) => isPartWhole(part, folder, { root, blobs }))
  return (await Promise.all(looks)).every(Boolean)
}

async function isPartWhole(
  part: Part,
  folder: string,
  { root, blobs }: Pick<ReleasePlaces, 'root' | 'blobs'>,
): Promise<boolean> {
  const path = join(folder, part.name)
  if (!('digest' in part)) return (await readText(path, part.text.length)) === part.text
  return (
    (await isSameBlob(path, part.digest, blobs)) &&
    (await isSameBlob(join(root, blobPath(part.digest)), part.digest, blobs))
  )
}

/** Undefined for anything but a plain file of this size. */
async function readText(path: string, size: number): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isFile() && found.size === size ? readFile(path, 'utf8').catch(() => undefined) : undefined
}

async function putBlob(digest: Digest, { root, blobs, staging }: ReleasePlaces): Promise<void> {
  const target = join(root, blobPath(digest))
  if (await isSameBlob(target, digest, blobs)) return
  const staged = staging.name()
  await linkOrCopy(blobs.pathOf(digest), staged).catch(refuse)
  await staging.move(staged, target)
}

/** One inode is one truth, which `fsck` scrubs; only a copy has to be read. */
export async function isSameBlob(path: string, digest: Digest, blobs: Pick<BlobStore, 'pathOf'>): Promise<boolean> {
  const [shown, truth] = await Promise.all(
    [path, blobs.pathOf(digest)].map((each) => lstat(each).catch(() => undefined)),
  )
  if (!shown?.isFile() || !truth) return false
  if (shown.ino === truth.ino && shown.dev === truth.dev) return true
  return shown.size === truth.size && (await digestOfFile(path)) === digest
}

function refuse(error: unknown): never {
  throw writeError(error)
}
