// Answers a repeated run without any proof library: a record says which inputs the whole path had, and what it proved. Any
// input that changed, and any file that is not exactly the one that was hashed, makes it a miss. Light: node:crypto alone would
// cost a quarter of a warm run, so inputs are compared whole and not by digest.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { octoVersion } from '../../system/octo-version.ts'
import { shortHash } from '../../system/short-hash.ts'
import type { Memo } from '../store/identity.ts'
import { isUnchanged } from '../store/identity.ts'
import { noteUse } from '../store/last-use.ts'
import type { Layout, TreeKey } from '../store/layout.ts'
import { isTreeKey, layoutOf } from '../store/layout.ts'
import { problemOfNested, problemOfShared } from '../store/own-folder.ts'
import { readOwnRecord } from '../store/own-record.ts'
import { problemOfPlaces } from '../store/program-places.ts'
import type { VerifiedExecutable } from '../verified-executable.ts'

export type WarmRunKey = {
  readonly storeRoot: string
  /** What the environment names now; see sharedRootOf. */
  readonly sharedRoot?: string | undefined
  /** Absolute paths. */
  readonly configPath: string
  readonly lockPath: string
  /** What was typed: `[repo/]plugin[@range]`. */
  readonly request: string
}

export type WarmRecord = {
  /** Everything that chose the record; the names of records are short, and may be the same. */
  readonly identity: string
  readonly inputs: readonly { readonly path: string; readonly text: string }[]
  readonly tree: TreeKey
  /** Where the tree lies, if not in the own store. */
  readonly sharedRoot?: string
  /** Of what is executed, below the tree. */
  readonly inner: string
  readonly executable: VerifiedExecutable
}

/** The executable, checked a moment ago; undefined whenever anything is not as it was. Never throws. */
export function readWarmRun(key: WarmRunKey): VerifiedExecutable | undefined {
  try {
    const layout = layoutOf(key.storeRoot)
    if (problemOfNested([layout.root, layout.base, layout.trees])) return undefined
    const identity = identityOfRun(key)
    const record = readOwnRecord(layout.warmRecord(shortHash(identity))) as WarmRecord
    if (record.identity !== identity || !isTreeKey(record.tree)) return undefined
    // A record that compares less than every record does was not written by us.
    const paths = record.inputs.map(({ path }) => path)
    if (!paths.includes(key.configPath) || !paths.includes(key.lockPath)) return undefined
    if (!record.inputs.every(({ path, text }) => readFileSync(path, 'latin1') === text)) return undefined
    const memo = readOwnRecord(layout.memo(record.tree)) as Memo
    if (!memo.entries.some(([path, _, digest]) => path === record.inner && digest !== undefined)) return undefined
    if (problemOfPlaces(memo.entries.map(([, , , , places]) => places))) return undefined
    const root = rootOf(record, layout, key)
    if (root === undefined || !isUnchanged(root, memo)) return undefined
    if (record.sharedRoot === undefined) noteUse(layout, record.tree)
    return { ...record.executable, root, path: join(root, record.inner) }
  } catch {
    return undefined
  }
}

/** Of a shared store only while that is the one that is named, and nobody else can change what lies there. */
function rootOf(record: WarmRecord, own: Layout, { sharedRoot }: WarmRunKey): string | undefined {
  if (record.sharedRoot === undefined) return own.tree(record.tree)
  if (record.sharedRoot !== sharedRoot) return undefined
  const shared = layoutOf(sharedRoot)
  return problemOfShared([shared.root, shared.base, shared.trees]) ? undefined : shared.tree(record.tree)
}

/** The machine is part of it, as a store may be shared by several. */
export function identityOfRun({ configPath, lockPath, request }: WarmRunKey): string {
  return JSON.stringify([octoVersion(), process.platform, process.arch, configPath, lockPath, request])
}
