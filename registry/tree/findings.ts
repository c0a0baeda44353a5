// Where the tree differs from what it should be, noted as writes that would put it right.
import { blobPath } from '../../static-tree/paths.ts'
import type { TreeStore } from '../../static-tree/write/store.ts'

export type Finding = {
  readonly kind: 'missing' | 'different' | 'extra'
  /** Path under the tree root; behind `private-tree/` for that of private repos. */
  readonly path: string
}

/** A store that notes each change and passes it on only when it repairs. */
export function recordingStore(
  store: TreeStore,
  repair: boolean,
): { readonly store: TreeStore; readonly findings: ReadonlyMap<string, Finding> } {
  const findings = new Map<string, Finding>()
  const isThere = async (path: string) => findings.has(path) || (await store.stat(path)) !== undefined

  async function change(path: string, act: () => Promise<void>): Promise<void> {
    findings.set(path, { kind: (await isThere(path)) ? 'different' : 'missing', path })
    if (repair) await act()
  }

  return {
    findings,
    store: {
      ...store,
      put: (path, bytes, changedAt) => change(path, () => store.put(path, bytes, changedAt)),
      async putBlob(blob) {
        const path = blobPath(blob.digest)
        if (!(await store.holds(path, blob))) await change(path, () => store.putBlob(blob))
      },
      putFolder: (path, parts) => change(path, () => store.putFolder(path, parts)),
      async delete(path) {
        if (await isThere(path)) findings.set(path, { kind: 'extra', path })
        if (repair) await store.delete(path)
      },
    },
  }
}
