// Lockfiles that use this store: what they name is kept by collect.

import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { parseLockfile } from '../../schemas/lockfile.ts'
import { readIfThere, readIfWhole, writeUnlessReadOnly } from '../../system/files/atomic-file.ts'
import { onDisk, STORE_DISK } from './disk.ts'
import type { Layout } from './layout.ts'

/** Notes that the lockfile at this absolute path uses the store. From a read-only store nothing is collected anyway. */
export function noteLockfile(layout: Layout, path: string): void {
  if (readIfWhole(layout.knownLock(path)) !== path)
    writeUnlessReadOnly(layout.knownLock(path), path, { staging: layout.staging, ...STORE_DISK })
}

/** Digests of all artifacts and bundles that known lockfiles name; throws when one cannot be read, as guessing would delete. */
export function rootsOf(layout: Layout): ReadonlySet<Digest> {
  return new Set(namesInKnownLocks(layout).keys())
}

/** Which `repo/plugin@version` of known lockfiles a digest belongs to. */
export function namesInKnownLocks(layout: Layout): ReadonlyMap<Digest, readonly string[]> {
  const found = new Map<Digest, string[]>()
  for (const note of onDisk(layout.knownLocks, () => readdirSync(layout.knownLocks))) {
    const notePath = join(layout.knownLocks, note)
    const path = readIfWhole(notePath)
    const text = path === undefined ? undefined : readIfThere(path)
    if (path === undefined || text === undefined) rmSync(notePath, { recursive: true, force: true })
    else for (const { digest, name } of digestsIn(text, path)) found.set(digest, addTo(found.get(digest), name))
  }
  return found
}

function addTo(names: readonly string[] = [], name: string): string[] {
  return names.includes(name) ? [...names] : [...names, name]
}

function digestsIn(text: string, path: string): readonly { readonly digest: Digest; readonly name: string }[] {
  return Object.values(parseLockfile(text, path).plugins).flatMap(({ repo, plugin, version, ...entry }) => {
    const proofs = [entry.bundle, entry.component?.list].flatMap((proof) => (proof ? [proof.digest] : []))
    const digests = [...proofs, ...Object.values(entry.platforms).map(({ digest }) => digest)]
    return digests.map((digest) => ({ digest, name: `${repo}/${plugin}@${version}` }))
  })
}
