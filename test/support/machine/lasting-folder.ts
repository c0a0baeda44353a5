// A folder as people keep programs in: no folder above it lets others add files, as the usual one for temporary files does.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { problemOfPlace } from '../../../schemas/fixed-place.ts'
import { problemOfLastingPath } from '../../../system/files/owned-path.ts'

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache', import.meta.url))

/** Undefined where this user has none: a checkout below a shared folder, and no home. */
const BASE = [CACHE, homedir(), tmpdir()].find(isLasting)

/** For `skip` of a test. */
export const noLastingFolder = BASE === undefined && 'this checkout and HOME lie below folders that others can write to'

/** The same, of tests that put an interpreter into it. */
export const noInterpreterFolder =
  BASE !== undefined && problemOfPlace(BASE) ? `no script may name an interpreter below ${BASE}` : noLastingFolder

export function lastingFolder(t: Pick<TestContext, 'after'>): string {
  const folder = realpathSync(mkdtempSync(join(BASE ?? tmpdir(), 'octo-test-')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function isLasting(path: string): boolean {
  try {
    mkdirSync(path, { recursive: true })
    return problemOfLastingPath(path) === undefined
  } catch {
    return false
  }
}
