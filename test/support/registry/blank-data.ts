// What a registry makes in an empty folder before anybody uses it, the same in each: its tables, and the schemas in its tree. Made once
// in a process by the registry's own code, and copied from then on. That it makes them is asked where nothing was copied:
// test/registry/db/sqlite/open.test.ts, the first test of test/registry/tree/tree.test.ts, and every registry that is a child.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { databasePath, treePath } from '../../../registry/data-dir/paths.ts'
import { closeDb, openDb } from '../../../registry/db/sqlite/open.ts'
import { renderSchemas } from '../../../static-tree/render/schemas.ts'
import { compress } from '../../../static-tree/write/variants.ts'

let database: Buffer | undefined
let schemas: Promise<ReadonlyMap<string, Buffer>> | undefined

/** A database without a row. */
export function putBlankDatabase(path: string): void {
  database ??= blankDatabase()
  writeFileSync(path, database, { mode: 0o600, flag: 'wx' })
}

/** Both, in a folder that is empty. */
export async function putBlankData(dataDir: string): Promise<void> {
  putBlankDatabase(databasePath(dataDir))
  schemas ??= schemaFiles()
  const now = new Date()
  for (const [name, bytes] of await schemas) {
    const path = join(treePath(dataDir), name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
    utimesSync(path, now, now)
  }
}

function blankDatabase(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'octo-blank-'))
  try {
    const path = join(folder, 'octo.db')
    closeDb(openDb(path))
    return readFileSync(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function schemaFiles(): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for (const { path, bytes } of renderSchemas()) {
    const body = Buffer.from(bytes)
    const { gz, br } = await compress(body)
    files.set(path, body).set(`${path}.gz`, gz).set(`${path}.br`, br)
  }
  return files
}
