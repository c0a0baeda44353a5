// Which base URL the documents of the tree were rendered for, as far as that was finished. Lies beside the tree.
import { readFile } from 'node:fs/promises'
import { throwDefect } from '../../schemas/errors.ts'
import { parseJsonBytes } from '../../schemas/json.ts'
import type { BaseUrl } from '../../static-tree/base-url.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { explainDisk, isMissing } from '../../system/files/errors.ts'
import { stagingPath, treeMarkPath } from '../settings.ts'

/** Grows when documents are rendered in another way, so that a start renders all of them anew. */
const LAYOUT = 2
const MAX_BYTES = 4096

/** Whether the whole tree was rendered for this base URL, in today's layout. */
export async function readTreeMark(dataDir: string, base: BaseUrl): Promise<boolean> {
  const text = await readFile(treeMarkPath(dataDir), 'utf8').catch(() => '')
  return text === markOf(base)
}

/** Whether it was ever rendered as a whole, for whatever base URL. */
export async function hasTreeMark(dataDir: string): Promise<boolean> {
  return (await readFile(treeMarkPath(dataDir), 'utf8').catch(() => '')) !== ''
}

/**
 * That base URL, whether or not the layout is today's; undefined where there is no mark, or half of one is all that a crash left. Throws
 * IO_FAILED for one that cannot be read: that no tree is looked at must not pass for a tree that is well.
 */
export async function readMarkedBase(dataDir: string): Promise<string | undefined> {
  const path = treeMarkPath(dataDir)
  const bytes = await readFile(path).catch((error: unknown) => {
    if (!isMissing(error)) throw explainDisk(error, path)
  })
  if (bytes === undefined) return undefined
  try {
    const mark = parseJsonBytes(bytes, 'tree.json', MAX_BYTES)
    return typeof mark === 'object' && mark !== null && 'baseUrl' in mark ? String(mark.baseUrl) : undefined
  } catch (error) {
    throwDefect(error)
    return undefined
  }
}

export async function writeTreeMark(dataDir: string, base: BaseUrl): Promise<void> {
  // Half a mark is none, and the tree is rendered again.
  await replaceFile(treeMarkPath(dataDir), markOf(base), { staging: stagingPath(dataDir), sync: false })
}

function markOf(base: BaseUrl): string {
  return `${JSON.stringify({ layout: LAYOUT, baseUrl: base })}\n`
}
