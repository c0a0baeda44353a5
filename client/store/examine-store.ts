// How the store of this machine is: whether it may be used, has room, and lies where programs can be started.
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodedError } from '../../schemas/errors.ts'
import { coded, throwDefect } from '../../schemas/errors.ts'
import { omitUndefined } from '../../schemas/omit-undefined.ts'
import { quote } from '../../schemas/quote.ts'
import { runProcess } from '../../system/process/run-process.ts'
import { onStoreDisk } from './disk.ts'
import type { Layout } from './layout.ts'
import { isTreeKey, layoutOf } from './layout.ts'
import { openStore } from './open-store.ts'
import { openShared } from './shared-store.ts'

export type ExaminedStore =
  | { readonly state: 'refused'; readonly root: string; readonly error: CodedError }
  | {
      readonly state: 'open'
      readonly root: string
      readonly freeBytes: number
      /** A file system that counts no files has none. */
      readonly freeFiles?: number
      /** The reason of the system, such as `EACCES`, where programs that lie there cannot be started. */
      readonly refusesPrograms?: string
    }

/** Makes the store's folders where they are not there yet, as every command does that uses plugins. */
export async function examineStore(root: string): Promise<ExaminedStore> {
  try {
    const layout = openStore(root)
    const { bavail, bsize, files, ffree } = onStoreDisk(root, () => statfsSync(root))
    const reason = process.platform === 'win32' ? undefined : await reasonAgainstPrograms(layout)
    return {
      state: 'open',
      root,
      freeBytes: bavail * bsize,
      ...(files > 0 ? { freeFiles: ffree } : {}),
      ...omitUndefined({ refusesPrograms: reason }),
    }
  } catch (error) {
    throwDefect(error)
    return { state: 'refused', root, error }
  }
}

export type ExaminedShared =
  | { readonly state: 'refused'; readonly root: string; readonly problem: string; readonly hint: string }
  | { readonly state: 'usable'; readonly root: string; readonly artifacts: number }

/** How the store of all users is; undefined where none is named, or the own one is. */
export function examineShared(storeRoot: string, sharedRoot: string | undefined): ExaminedShared | undefined {
  const found = openShared(layoutOf(storeRoot), sharedRoot)
  if (!found || found.state === 'refused') return found
  const { layout } = found
  const trees = onStoreDisk(layout.trees, () => readdirSync(layout.trees)).filter(isTreeKey)
  return { state: 'usable', root: sharedRoot ?? '', artifacts: trees.length }
}

const KEPT = { headBytes: 64, tailBytes: 64, lineBytes: 64 }
const PROBE_MS = 10_000

/** Mount options say only half of it: policies of the system forbid programs too. So one is started. */
async function reasonAgainstPrograms({ staging }: Layout): Promise<string | undefined> {
  const probe = join(staging, `probe-${process.pid}`)
  const words = (_: unknown, { code }: { readonly code: string }) =>
    coded('OS_FAILED', { message: `${quote(probe)} cannot be started (${code})`, details: { reason: code } })
  onStoreDisk(probe, () => writeFileSync(probe, '#!/bin/sh\n', { mode: 0o700 }))
  try {
    await runProcess(
      { file: probe, argv: [], env: {}, cwd: '/' },
      { timeoutMs: PROBE_MS, words, kept: { stdout: KEPT, stderr: KEPT } },
    )
    return undefined
  } catch (error) {
    throwDefect(error)
    return String(error.details.reason)
  } finally {
    rmSync(probe, { force: true })
  }
}
