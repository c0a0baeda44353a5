// The tree's part of `fsck`: only while no registry works on it, and for the address it was rendered for.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isCoded } from '../../schemas/errors.ts'
import { parseJsonBytes } from '../../schemas/json.ts'
import type { RegistryDeps } from '../context.ts'
import { lockDataDir } from '../data-lock.ts'
import { claimServing } from '../serving-claim.ts'
import { lockPath } from '../settings.ts'
import type { TreeReport } from '../tree/reconcile.ts'
import { inspectTree, openTree } from '../tree/tree.ts'

/** Gives what releases the data; undefined when a registry is running and nothing is to be mended. Throws DATA_DIR_LOCKED. */
export async function claimForTree(
  { metadata, config: { dataDir } }: RegistryDeps,
  repair: boolean,
): Promise<AsyncDisposable | undefined> {
  await using stack = new AsyncDisposableStack()
  try {
    const lock = lockDataDir(dataDir, lockPath(dataDir))
    stack.defer(() => lock.release())
    const claim = await claimServing(metadata.serving, dataDir, lock)
    stack.defer(() => claim.release())
    return stack.move()
  } catch (error) {
    if (repair || !isCoded(error, 'DATA_DIR_LOCKED')) throw error
    return undefined
  }
}

/** Undefined when no tree was ever finished: the next start renders it for the address it then has. */
export async function checkTree(deps: RegistryDeps, repair: boolean): Promise<TreeReport | undefined> {
  const baseUrl = await readBaseUrl(deps.config.dataDir)
  if (baseUrl === undefined) return undefined
  const config = { ...deps.config, baseUrl }
  const treeDeps = { ...deps, config, ...(await deps.openTreeStores()) }
  if (!repair) return inspectTree(treeDeps)
  const tree = await openTree(treeDeps)
  try {
    return await tree.reconcile({ depth: 'deep', repair })
  } finally {
    await tree.close()
  }
}

/** The mark beside the tree says which address its links lead to. */
async function readBaseUrl(dataDir: string): Promise<string | undefined> {
  const bytes = await readFile(join(dataDir, 'tree.json')).catch(() => undefined)
  const mark = bytes === undefined ? undefined : parseJsonBytes(bytes, 'tree.json', 4096)
  return typeof mark === 'object' && mark !== null && 'baseUrl' in mark ? String(mark.baseUrl) : undefined
}
