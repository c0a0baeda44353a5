// What each artifact of the store takes, and when it was last used. Trees never change, so what one takes is counted once and then
// remembered.
import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import { onStoreDisk } from './disk.ts'
import { statOf } from './identity.ts'
import { lastUse } from './last-use.ts'
import type { Layout, TreeKey } from './layout.ts'
import { isTreeKey } from './layout.ts'

export type Weighed = {
  readonly digest: Digest
  readonly trees: readonly TreeKey[]
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly lastUse: number
  /** Since when the youngest of its files are here. */
  readonly since: number
}

export type KnownSizes = Readonly<Record<string, number>>

export type StoreWeight = {
  readonly artifacts: readonly Weighed[]
  readonly bytes: number
  readonly sizes: KnownSizes
}

/** Sizes that are known are believed. */
export function weighStore(layout: Layout, known: KnownSizes = {}): StoreWeight {
  const trees = entriesOf(layout.trees).filter(isTreeKey)
  const blobs = entriesOf(layout.blobs).map(digestOfName).filter(isDigest)
  const sizes = Object.fromEntries(trees.map((key) => [key, known[key] ?? sizeOf(layout.tree(key), layout)]))
  const ofDigest = Map.groupBy(trees, (key) => digestOfName(key) as Digest)
  const artifacts = [...new Set([...blobs, ...ofDigest.keys()])].map((digest) =>
    weighed(digest, ofDigest.get(digest) ?? [], { layout, sizes }),
  )
  return { artifacts, bytes: artifacts.reduce((sum, { bytes }) => sum + bytes, 0), sizes }
}

function weighed(
  digest: Digest,
  trees: readonly TreeKey[],
  { layout, sizes }: { readonly layout: Layout; readonly sizes: KnownSizes },
): Weighed {
  const blob = statOf(layout.blob(digest))
  const changes = [blob, ...trees.map((key) => statOf(layout.tree(key)))].map((stat) => Number(stat?.ctimeMs ?? 0))
  const since = Math.max(...changes)
  const uses = trees.flatMap((key) => lastUse(layout, key) ?? [])
  const unpacked = trees.reduce((sum, key) => sum + (sizes[key] ?? 0), 0)
  const used = uses.length > 0 ? Math.max(...uses) : since
  return { digest, trees, bytes: Number(blob?.size ?? 0) + unpacked, lastUse: used, since }
}

/** What is linked counts once, with its blob. */
export function sizeOf(path: string, layout: Layout): number {
  const stat = statOf(path)
  if (!stat) return 0
  if (stat.isDirectory()) return entriesOf(path).reduce((sum, name) => sum + sizeOf(join(path, name), layout), 0)
  return stat.nlink > 1n && !path.startsWith(`${layout.blobs}${sep}`) ? 0 : Number(stat.size)
}

/** Stores of earlier lack some folders. */
export function entriesOf(folder: string): readonly string[] {
  return statOf(folder) ? onStoreDisk(folder, () => readdirSync(folder)) : []
}

export function digestOfName(name: string): string {
  return `sha256:${name.slice(0, 64)}`
}
