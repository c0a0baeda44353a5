// Programs that tests build from Go: kept among the installed packages, as the folder for temporary files is another in each
// process that runs tests, and gone behind it.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/programs', import.meta.url))
const SUFFIX = process.platform === 'win32' ? '.exe' : ''

type Kept = { readonly path: string } | { readonly missing: string }

/** `key` is another one whenever `build` would make another program; that puts it into a folder, or says why it cannot. */
export function keptProgram(
  name: string,
  { key, build }: { key: string; build: (folder: string) => string | undefined },
): Kept {
  const path = join(CACHE, `${name}-${process.platform}-${process.arch}-${key}${SUFFIX}`)
  if (existsSync(path)) return { path }
  mkdirSync(CACHE, { recursive: true })
  // Renamed when it is whole: another test may be building it too, or this one is stopped meanwhile.
  const folder = mkdtempSync(join(CACHE, '.building-'))
  try {
    const missing = build(folder)
    if (missing !== undefined) return { missing }
    renameSync(join(folder, `${name}${SUFFIX}`), path)
    return { path }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
