// A folder of its own for a test, gone when the test ends.
import { chmodSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export function tempFolder(context: Pick<TestContext, 'after'>): string {
  return tempFolderAt(context, join(tmpdir(), 'octo-test-'))
}

/** For a test that must know how long its path is: six letters longer than this. */
export function tempFolderAt(context: Pick<TestContext, 'after'>, prefix: string): string {
  const folder = realpathSync(mkdtempSync(prefix))
  // Behind all that comes to an end later: a server that is still at work would make its folders anew.
  context.after(() => context.after(() => removeFolder(folder)))
  return folder
}

function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    openFolders(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** All files below a folder, as sorted relative paths. */
export function filesBelow(folder: string, prefix = ''): readonly string[] {
  const names = readdirSync(folder).sort()
  return names.flatMap((name) => {
    const path = join(folder, name)
    return lstatSync(path).isDirectory() ? filesBelow(path, `${prefix}${name}/`) : [`${prefix}${name}`]
  })
}

/** Folders of a store are not writable, which keeps rm out. */
function openFolders(folder: string): void {
  if (!lstatSync(folder).isDirectory()) return
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) openFolders(join(folder, entry.name))
}
