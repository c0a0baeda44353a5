// octo's bundle, made before anything is measured: without it a checkout runs its sources, which start slower and run no check inside.
import { join } from 'node:path'
import { run } from '../child.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Nothing happens where it is as the sources are. Throws what the build says of a source that it cannot read. */
export async function makeBundle(root = ROOT): Promise<void> {
  await run({ file: process.execPath, args: [join(root, 'tools/bundle/main.ts')] })
}
