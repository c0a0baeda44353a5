// The licences of all that is in a package, in one text: of what was bundled, of what lies beside it, and of Node.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Licensed = { readonly name: string; readonly file: string }

export function renderPackageLicences(root: string, more: readonly Licensed[]): string {
  const bundled = readFileSync(join(root, 'dist/LICENSES.txt'), 'utf8')
  const own = ['better-sqlite3', 'openpgp'].map((name) => ({ name, file: join(root, 'node_modules', name, 'LICENSE') }))
  const parts = [{ name: 'octo', file: join(root, 'LICENSE') }, ...own, ...more].map(
    ({ name, file }) => `${name}\n\n${readFileSync(file, 'utf8').trim()}\n`,
  )
  return [...parts, bundled].join(`\n${'-'.repeat(80)}\n\n`)
}
