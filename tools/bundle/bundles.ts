// Which bundles there are, and whether they are as their sources are now.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SOURCES } from '../../bin/bundle.js'
import { isCurrent } from '../../bin/bundle.js'

export type Bundle = { readonly name: keyof typeof SOURCES; readonly entry: string }

const BUNDLES: readonly Bundle[] = [
  { name: 'octo', entry: 'octo.ts' },
  { name: 'warm', entry: 'operator/warm/main.ts' },
]

export function bundlesOf(root: string): Bundle[] {
  return BUNDLES.filter(({ entry }) => existsSync(join(root, entry)))
}

export function areCurrent(root: string): boolean {
  return bundlesOf(root).every(({ name }) => isCurrent(root, name))
}
