// The sdk as plain JavaScript for any Node that plugins run on: all that an entry imports in one file.
import { join } from 'node:path'
import { build } from 'esbuild'

/** What plugins of the sdk ask of Node. */
export const OLDEST_NODE = '22.3'

/** `entry` is relative to the checkout. */
export async function bundleSdk(root: string, entry: string, banner: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, entry)],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: `node${OLDEST_NODE}`,
    packages: 'external',
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: {},
    banner: { js: banner },
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
