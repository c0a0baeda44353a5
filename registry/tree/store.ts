// The port behind which the trees of a registry are kept: one for everybody and one of private repos, and a mark beside them, which
// nobody is served.
import type { TreeStore } from '../../static-tree/write/store.ts'

/** What everybody may read, and what only some may. */
export type TreeStores = { readonly store: TreeStore; readonly privateStore: TreeStore }

export type TreeMark = {
  /** Undefined when there is none. Throws IO_FAILED for one that cannot be read. */
  read(): Promise<Buffer | undefined>
  /** Replaces it. Nothing is lost by a crash that leaves half of it, or the one before. Only while the trees are open. */
  write(text: string): Promise<void>
}

export type Trees = {
  readonly mark: TreeMark
  /** Only for whoever has the claim to serve: what another left half written goes. */
  open(): Promise<TreeStores>
  /** Of trees that are open: throws IO_FAILED where they are away, are others than then, or can no longer be written to. */
  requireInPlace(): Promise<void>
}
