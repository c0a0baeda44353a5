// How a shim starts octo, and which files tell one octo from another.
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NODE_GUARD } from '../exec/runtime-flags.ts'

export type OwnStart = {
  /** Node and the script that was started. */
  readonly words: readonly string[]
  /** Another octo might refuse what this one takes. */
  readonly files: readonly string[]
}

/** This very file is the bundle where octo is one. */
export function ownStart(script = process.argv[1] ?? ''): OwnStart {
  const start = realpathSync(script)
  const version = join(dirname(start), '..', 'package.json')
  return {
    words: [process.execPath, start],
    files: [start, ...(existsSync(version) ? [version] : []), fileURLToPath(import.meta.url), NODE_GUARD],
  }
}
