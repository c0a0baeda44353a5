// Node looks for a package.json in every folder above a script, to know what kind of module it is. Above the plugins of the
// store stands one that says nothing, so that none beside the store is ever read.
import { join } from 'node:path'
import { readIfWhole, writeWhole } from '../../system/files/atomic-file.ts'
import { STORE_DISK } from './disk.ts'
import type { Layout } from './layout.ts'

const TEXT = '{}\n'

export function endPackageScope({ trees, staging }: Layout): void {
  const path = join(trees, '..', 'package.json')
  if (readIfWhole(path) !== TEXT) writeWhole(path, TEXT, { staging, ...STORE_DISK })
}
