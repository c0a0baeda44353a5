// Node looks for a package.json in every folder above a script, to know what kind of module it is. Above the plugins of the
// store stands one that says nothing, so that none beside the store is ever read.
import { join } from 'node:path'
import { readIfWhole, writeWhole } from '../../system/files/atomic-file.ts'
import { STORE_DISK } from './disk.ts'
import type { Layout } from './layout.ts'

export const PACKAGE_SCOPE = '{}\n'

export function packageScopePath({ trees }: Pick<Layout, 'trees'>): string {
  return join(trees, '..', 'package.json')
}

export function endPackageScope(layout: Layout): void {
  const path = packageScopePath(layout)
  if (readIfWhole(path) !== PACKAGE_SCOPE) writeWhole(path, PACKAGE_SCOPE, { staging: layout.staging, ...STORE_DISK })
}
