// The sdk as one file of JavaScript, for programs that tests start: to load its many sources takes longer than all that most of them do.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleSdk } from '../../../tools/sdk/bundle-sdk.ts'

const ROOT = join(import.meta.dirname, '../../..')
const CACHE = join(ROOT, 'node_modules/.cache/sdk')

/** The entry is one of those in `tools/sdk/write-package.ts`; gives a file of what it is now, which another process may have made. */
export async function bundledSdk(entry: string): Promise<string> {
  const text = await bundleSdk(ROOT, entry, '')
  const path = join(CACHE, `${createHash('sha256').update(text).digest('hex').slice(0, 32)}.mjs`)
  if (existsSync(path)) return path
  mkdirSync(CACHE, { recursive: true })
  writeFileSync(`${path}.${process.pid}`, text)
  renameSync(`${path}.${process.pid}`, path)
  return path
}
