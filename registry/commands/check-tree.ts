// The tree's part of `fsck`: only while no registry works on it, and for the address it was rendered for.
import { isCoded } from '../../schemas/errors.ts'
import type { RegistryDeps } from '../context.ts'
import { lockDataDir } from '../data-dir/lock.ts'
import { lockPath } from '../data-dir/paths.ts'
import { claimServing } from '../serving-claim.ts'
import { readMarkedBase } from '../tree/mark.ts'
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
  const baseUrl = await readMarkedBase(deps.trees.mark)
  if (baseUrl === undefined) return undefined
  const config = { ...deps.config, baseUrl }
  const treeDeps = { ...deps, config, ...(await deps.trees.open()) }
  if (!repair) return inspectTree(treeDeps)
  const tree = await openTree(treeDeps)
  try {
    return await tree.reconcile({ depth: 'deep', repair })
  } finally {
    await tree.close()
  }
}
