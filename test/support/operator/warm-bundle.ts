// The warm path as it is in a release: one file of plain JavaScript, made for this test as it is made for people.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { bundle } from '../../../tools/bundle/build.ts'
import { bundlesOf } from '../../../tools/bundle/bundles.ts'
import { sourceStates } from '../../../tools/bundle/source-states.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** What lies beside the code of the warm path, at its old place. */
const GUARD = 'operator/exec/node-guard.cjs'

/** Writes `dist/warm.cjs` into the folder; gives its path, and of what it was made. */
export async function bundleWarm(folder: string): Promise<{ readonly file: string; readonly metafile: Metafile }> {
  const file = join(folder, 'dist/warm.cjs')
  const [warm] = bundlesOf(ROOT).filter(({ name }) => name === 'warm')
  if (!warm) throw new Error('there is no such bundle')
  const { text, metafile } = await bundle(ROOT, warm, sourceStates(ROOT))
  for (const path of [file, join(folder, GUARD)]) mkdirSync(dirname(path), { recursive: true })
  writeFileSync(file, text)
  copyFileSync(join(ROOT, GUARD), join(folder, GUARD))
  return { file, metafile }
}
