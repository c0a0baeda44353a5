// The warm path as it is in a release: one file of plain JavaScript, built for this test.
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { build } from 'esbuild'

const ROOT = join(import.meta.dirname, '../..')

/** Writes `warm.cjs` into the folder; gives its path, and of what it was made. */
export async function bundleWarm(folder: string): Promise<{ readonly file: string; readonly metafile: Metafile }> {
  const file = join(folder, 'warm.cjs')
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const { metafile } = await build({
    ...{ absWorkingDir: ROOT, entryPoints: ['operator/warm/main.ts'], outfile: file, metafile: true },
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node26', tsconfigRaw: {}, logLevel: 'silent' },
    define: {
      OCTO_VERSION: JSON.stringify(version),
      'import.meta.dirname': '__dirname',
      'import.meta.url': '__filename',
    },
  })
  copyFileSync(join(ROOT, 'operator/exec/node-guard.cjs'), join(folder, 'node-guard.cjs'))
  return { file, metafile }
}
