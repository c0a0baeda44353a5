// Trees on the disk of the data directory: DIR/tree, DIR/private-tree, and the mark in DIR/tree.json. The first is open to the web
// server in front; the other one is never in its reach.
import { chmodSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { DiskTree } from '../../static-tree/write/disk.ts'
import { openDiskTree } from '../../static-tree/write/disk.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import { explainDisk, isMissing } from '../../system/files/errors.ts'
import { makeFolder } from '../../system/files/make-folder.ts'
import { privateStagingPath, privateTreePath, stagingPath, treeMarkPath, treePath } from '../data-dir/paths.ts'
import type { RequireInPlace } from '../data-dir/places.ts'
import { rememberPlaces } from '../data-dir/places.ts'
import { treeError } from '../disk-errors.ts'
import type { TreeMark, Trees } from './store.ts'

type DiskTrees = Pick<DiskTree, 'blobFile'> & { readonly dataDir: string }

/** Makes nothing before they are opened. */
export function diskTrees({ dataDir, ...source }: DiskTrees): Trees {
  const everybodys = { root: treePath(dataDir), staging: stagingPath(dataDir) }
  const privates = { root: privateTreePath(dataDir), staging: privateStagingPath(dataDir) }
  let requireInPlace: RequireInPlace = async () => undefined
  return {
    mark: markIn(dataDir),
    async open() {
      makeFolder(everybodys.root)
      makeFolder(privates.root, 0o700)
      chmodSync(privates.root, 0o700)
      const open = { ...source, explain: treeError }
      const store = await openDiskTree({ ...open, ...everybodys })
      const privateStore = await openDiskTree({ ...open, ...privates })
      const folders = [everybodys, privates].flatMap(({ root, staging }) => [staging, root])
      requireInPlace = rememberPlaces(dataDir, folders)
      return { store, privateStore }
    },
    requireInPlace: () => requireInPlace(),
  }
}

function markIn(dataDir: string): TreeMark {
  const path = treeMarkPath(dataDir)
  return {
    read: () =>
      readFile(path).catch((error: unknown) => {
        if (!isMissing(error)) throw explainDisk(error, path)
        return undefined
      }),
    write: (text) => replaceFile(path, text, { staging: stagingPath(dataDir), sync: false }),
  }
}
