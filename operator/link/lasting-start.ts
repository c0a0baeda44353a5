// How shims, units and supervisors start octo for as long as they are there, whatever versions come and go, and which files tell one octo
// from another.
import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lastingPath } from '../../client/index.ts'
import { NODE_GUARD } from '../exec/runtime-flags.ts'

export type LastingStart = {
  /** Node and the script that was started. */
  readonly words: readonly string[]
  /** Another octo might refuse what this one takes. Some are there in a release, some in a checkout. */
  readonly files: readonly string[]
}

export function lastingStart(script = process.argv[1] ?? '', node = process.execPath): LastingStart {
  const start = lastingPath(realpathSync(script))
  const inFolder = ['package.json', 'dist/octo.cjs', 'dist/warm.cjs'].map((name) => join(dirname(start), '..', name))
  return { words: [lastingPath(node), start], files: [start, ...inFolder, lastingPath(NODE_GUARD)] }
}
