// The core checks as they are published, of which octo's bundle knows the digests: by them octo recognises a proven plugin as its
// own code, which may run without a process; and the thread that runs them.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { bundleOptions } from '../../plugins/bundle-options.js'
import type { SourceStates } from './source-states.ts'

const PLUGINS = 'plugins'
const THREAD = 'operator/own-checks/thread.cjs'

/** SHA-256 in hex of each bundle. */
export async function ownCheckDigests(root: string, states: SourceStates): Promise<string[]> {
  const digests: string[] = []
  for (const folder of checkFolders(root)) digests.push(await digestOf(folder, states))
  if (digests.length > 0) states.noteSource(join(root, PLUGINS, 'bundle-options.js'))
  return digests
}

/** Its text; undefined where there is none. */
export function checkThread(root: string, states: SourceStates): string | undefined {
  const file = join(root, THREAD)
  if (!existsSync(file)) return undefined
  states.noteSource(file)
  return readFileSync(file, 'utf8')
}

/** Those whose program is a check of the sdk. */
function checkFolders(root: string): string[] {
  if (!existsSync(join(root, PLUGINS))) return []
  return readdirSync(join(root, PLUGINS))
    .sort()
    .map((name) => join(root, PLUGINS, name))
    .filter((folder) => ['check.ts', 'main.ts', 'plugin.yaml'].every((name) => existsSync(join(folder, name))))
}

async function digestOf(folder: string, states: SourceStates): Promise<string> {
  const { outputFiles, metafile } = await build({
    ...bundleOptions('main.ts'),
    absWorkingDir: folder,
    metafile: true as const,
    logLevel: 'silent',
  })
  // No folders: a build of the plugin itself writes into its own, and nothing is bundled that no file names.
  for (const input of Object.keys(metafile.inputs)) states.note(join(folder, input))
  return createHash('sha256')
    .update(outputFiles[0]?.contents ?? '')
    .digest('hex')
}
