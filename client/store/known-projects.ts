// Lockfiles that use this store: what they name is kept by collect.

import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { isDigest } from '../../schemas/digest.ts'
import { DAY_MS } from '../../schemas/duration.ts'
import type { Lockfile } from '../../schemas/lockfile.ts'
import { parseLockfile } from '../../schemas/lockfile.ts'
import { releaseName } from '../../schemas/release-name.ts'
import { readIfThere, readIfWhole, writeDisposable, writeUnlessReadOnly } from '../../system/files/atomic-file.ts'
import { onStoreDisk, STORE_DISK } from './disk.ts'
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

/** Which `repo/plugin@version` of known lockfiles a digest belongs to. Changes nothing, as whoever only looks may. */
export function namesInKnownLocks(layout: Layout): ReadonlyMap<Digest, readonly string[]> {
  const found = new Map<Digest, string[]>()
  for (const { path, text } of knownLocks(layout))
    if (path !== undefined && text !== undefined)
      for (const { digest, name } of digestsIn(text, path)) found.set(digest, addTo(found.get(digest), name))
  return found
}

/** Forgets lockfiles that are not there. */
export function forgetGoneLocks(layout: Layout): void {
  for (const { note, text } of knownLocks(layout))
    if (text === undefined) onStoreDisk(note, () => rmSync(note, { recursive: true, force: true }))
}

type KnownLock = { readonly note: string; readonly path: string | undefined; readonly text: string | undefined }

function knownLocks(layout: Layout): readonly KnownLock[] {
  return onStoreDisk(layout.knownLocks, () => readdirSync(layout.knownLocks)).map((name) => {
    const note = join(layout.knownLocks, name)
    const path = readIfWhole(note)
    return { note, path, text: path === undefined ? undefined : readIfThere(path) }
  })
}

/**
 * Notes what the lockfile names: where it cannot be found later, on a disk that is not there or in a branch that is not checked
 * out, it is still known. Where it cannot be written, nothing is collected either.
 */
export function noteLocked(layout: Layout, path: string, lock: Lockfile, now: number = Date.now()): void {
  const place = layout.lockedDigests(path)
  const text = digestsOf(lock)
    .map(({ digest }) => digest)
    .join('\n')
  const seen = lstatSync(place, { throwIfNoEntry: false })
  if (seen && Math.abs(now - seen.mtimeMs) < DAY_MS && readIfWhole(place) === text) return
  try {
    mkdirSync(layout.locked, { recursive: true, mode: 0o700 })
  } catch {
    return
  }
  writeDisposable(place, text, { staging: layout.staging })
}

/** A lockfile that was not seen for longer is gone for good. */
const GONE_AFTER_MS = 30 * DAY_MS

/**
 * The same as rootsOf, and of lockfiles that were there until lately, whoever has forgotten them since; forgets nothing. Throws when
 * one cannot be read.
 */
export function keptDigests(layout: Layout, now: number): ReadonlySet<Digest> {
  const kept = new Set<Digest>(namedLately(layout, now))
  for (const { path, text } of knownLocks(layout))
    if (path !== undefined && text !== undefined) for (const { digest } of digestsIn(text, path)) kept.add(digest)
  return kept
}

function namedLately({ locked }: Layout, now: number): readonly Digest[] {
  if (!lstatSync(locked, { throwIfNoEntry: false })) return []
  return onStoreDisk(locked, () => readdirSync(locked)).flatMap((name) => {
    const place = join(locked, name)
    const seen = lstatSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (now - seen >= GONE_AFTER_MS) return []
    return (readIfWhole(place) ?? '').split('\n').filter(isDigest)
  })
}

function addTo(names: readonly string[] = [], name: string): string[] {
  return names.includes(name) ? [...names] : [...names, name]
}

type Named = { readonly digest: Digest; readonly name: string }

function digestsIn(text: string, path: string): readonly Named[] {
  return digestsOf(parseLockfile(text, path))
}

function digestsOf({ plugins }: Lockfile): readonly Named[] {
  return Object.values(plugins).flatMap(({ repo, plugin, version, ...entry }) => {
    const proofs = [entry.bundle, entry.component?.list].flatMap((proof) => (proof ? [proof.digest] : []))
    const digests = [...proofs, ...Object.values(entry.platforms).map(({ digest }) => digest)]
    return digests.map((digest) => ({ digest, name: releaseName({ repo, plugin, version }) }))
  })
}
