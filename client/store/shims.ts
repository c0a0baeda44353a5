// Copies of the shims that were written by this store, each with what it compares. Nothing runs by them: they tell whether a shim
// is still the text that octo wrote. And the names under which shims start programs that look at what they are called.
import { lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { replaceLink } from '../../system/files/replace-link.ts'
import { takeLock } from '../../system/process-lock.ts'
import type { VerifiedExecutable } from '../verified-executable.ts'
import { onStoreDisk, STORE_DISK } from './disk.ts'
import type { Layout } from './layout.ts'
import { openStore, requireNoLink, requireOwned } from './open-store.ts'
import { readLastingRecord } from './own-record.ts'
import type { StoredArtifact } from './stored-artifact.ts'
import { writeOwnRecord } from './write-own-record.ts'

/** What a shim asks of the machine; see operator/link/comparison.ts. */
export type ShimComparison = {
  readonly paths: readonly string[]
  /** Lines that are to be the same. */
  readonly whole: readonly string[]
  /** Beginnings of the lines after them. */
  readonly folders: readonly string[]
}

export type ShimRecord = {
  /** Absolute path of the shim. */
  readonly path: string
  readonly text: string
  /** `repo/plugin`. */
  readonly plugin: string
  readonly version: string
  /** Without one, every run goes to octo. */
  readonly comparison?: ShimComparison
}

export type ShimRecords = {
  /** Those that shims were written into, in their order. */
  folders(): readonly string[]
  /** In the order of their paths. */
  inFolder(folder: string): readonly ShimRecord[]
  find(path: string): ShimRecord | undefined
  /** Throws IO_FAILED when it cannot be kept. */
  keep(record: ShimRecord): void
  forget(path: string): void
  /** Whoever writes a shim and its record holds this. */
  lock(path: string): Promise<Disposable>
}

export function openShims(storeRoot: string): ShimRecords {
  const layout = openStore(storeRoot)
  const all = () =>
    onStoreDisk(layout.shims, () => readdirSync(layout.shims).sort()).flatMap(
      (name) => recordAt(join(layout.shims, name)) ?? [],
    )
  return {
    folders: () => [...new Set(all().map(({ path }) => dirname(path)))].sort(),
    inFolder: (folder) =>
      all()
        .filter(({ path }) => dirname(path) === folder)
        .sort((left, right) => (left.path < right.path ? -1 : 1)),
    find(path) {
      const found = recordAt(layout.shimRecord(path))
      return found?.path === path ? found : undefined
    },
    keep(record) {
      if (writeOwnRecord(layout, layout.shimRecord(record.path), record)) return
      throw coded('IO_FAILED', {
        message: `the store ${quote(layout.root)} could not keep a copy of the shim ${quote(record.path)}`,
        details: { store: layout.root, path: record.path },
      })
    },
    forget: (path) => onStoreDisk(layout.shimRecord(path), () => rmSync(layout.shimRecord(path), { force: true })),
    lock: (path) => takeLock({ path: layout.shimLock(path), mode: 'exclusive', subject: path, ...STORE_DISK }),
  }
}

function recordAt(path: string): ShimRecord | undefined {
  const body = readLastingRecord(path)?.body as Partial<ShimRecord> | undefined
  return typeof body?.path === 'string' && typeof body.text === 'string' ? (body as ShimRecord) : undefined
}

/** The program itself where its file is called so already, else a link to it. Throws STORE_UNSAFE where others could replace that. */
export function nameProgram(
  layout: Layout,
  { path, argv0 }: VerifiedExecutable,
  { stored }: { readonly stored: StoredArtifact },
): string {
  if (basename(path) === argv0 || argv0 === '.' || argv0 === '..') return path
  const name = layout.shimName(stored.key, argv0)
  onStoreDisk(name, () => mkdirSync(dirname(name), { recursive: true, mode: 0o700 }))
  // A store that was carried over may hold a link to another folder in its place, also to one of this user's.
  requireNoLink(dirname(name))
  requireOwned(dirname(name))
  onStoreDisk(name, () => {
    if (lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(name) === path) return
    replaceLink(name, path, { staging: layout.staging })
  })
  return name
}
