// The trees of a registry in memory, which keep the promises of their port and outlive the registry that wrote them.
import type { TreeStores, Trees } from '../../../registry/tree/store.ts'
import { openMemoryTree } from './memory-tree.ts'

export function openMemoryTrees(): Trees & TreeStores {
  const stores = { store: openMemoryTree(), privateStore: openMemoryTree() }
  let mark: Buffer | undefined
  return {
    ...stores,
    open: async () => stores,
    requireInPlace: async () => undefined,
    mark: {
      read: async () => mark,
      async write(text) {
        mark = Buffer.from(text)
      },
    },
  }
}
