// Which base URL the documents of the trees were rendered for, as far as that was finished.
import { throwDefect } from '../../schemas/errors.ts'
import { parseJsonBytes } from '../../schemas/json.ts'
import type { BaseUrl } from '../../static-tree/base-url.ts'
import type { TreeMark } from './store.ts'

/** Grows when documents are rendered in another way, so that a start renders all of them anew. */
const LAYOUT = 2
const MAX_BYTES = 4096

/** Whether the whole tree was rendered for this base URL, in today's layout. */
export async function readTreeMark(mark: TreeMark, base: BaseUrl): Promise<boolean> {
  return (await textOf(mark)) === markOf(base)
}

/** Whether it was ever rendered as a whole, for whatever base URL. */
export async function hasTreeMark(mark: TreeMark): Promise<boolean> {
  return (await textOf(mark)) !== ''
}

/**
 * That base URL, whether or not the layout is today's; undefined where there is no mark, or half of one is all that a crash left. Throws
 * IO_FAILED for one that cannot be read: that no tree is looked at must not pass for a tree that is well.
 */
export async function readMarkedBase(mark: TreeMark): Promise<string | undefined> {
  const bytes = await mark.read()
  if (bytes === undefined) return undefined
  try {
    const found = parseJsonBytes(bytes, 'tree.json', MAX_BYTES)
    return typeof found === 'object' && found !== null && 'baseUrl' in found ? String(found.baseUrl) : undefined
  } catch (error) {
    throwDefect(error)
    return undefined
  }
}

export async function writeTreeMark(mark: TreeMark, base: BaseUrl): Promise<void> {
  // Half a mark is none, and the tree is rendered again.
  await mark.write(markOf(base))
}

/** Nothing for a mark that cannot be read: then the tree is rendered again, which is all that it would have saved. */
async function textOf(mark: TreeMark): Promise<string> {
  const bytes = await mark.read().catch((error: unknown) => {
    throwDefect(error)
    return undefined
  })
  return bytes?.toString('utf8') ?? ''
}

function markOf(base: BaseUrl): string {
  return `${JSON.stringify({ layout: LAYOUT, baseUrl: base })}\n`
}
