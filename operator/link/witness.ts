// Which store has the copy of a shim: the one that the caller names, or the one that the shim itself calls octo with. A store
// is believed when it is this user's own, whoever named it.
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { ShimRecord } from '../../client/index.ts'
import { openShimRecords, storeRootOf } from '../../client/index.ts'
import { throwDefect } from '../../schemas/errors.ts'
import { storeNamedIn } from './render-shim.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The copy of exactly this text in another store that wrote it; undefined when none of them did. */
export async function witnessOf(path: string, text: string, env: Environment): Promise<ShimRecord | undefined> {
  const named = storeNamedIn(text)
  const roots = named === undefined ? [storeRootOf({ HOME: env.HOME }), storeRootOf({})] : [named]
  for (const root of new Set(roots)) {
    const found = await recordIn(root, path)
    if (found?.text === text) return found
  }
  return undefined
}

/** No store is made, and none that is not this user's is asked. */
async function recordIn(root: string, path: string): Promise<ShimRecord | undefined> {
  if (!isAbsolute(root) || !existsSync(join(root, 'v1', 'shims'))) return undefined
  try {
    return (await openShimRecords(root)).find(path)
  } catch (error) {
    throwDefect(error)
    return undefined
  }
}
