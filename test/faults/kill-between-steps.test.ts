// A registry is killed between two steps that belong together: claiming its data (a row and a lock file), and noting where the
// audit log ends (a row and a file). Every half of them is a state from which a start works and nothing is lost. What no kill leaves, a note
// of rows that are not there, is refused.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { auditHeadPath, databasePath, lockPath } from '../../registry/data-dir/paths.ts'
import { closeDb, openDb } from '../../registry/db/sqlite/open.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { aRelease, issueKey } from '../support/builders/test-authority.ts'
import { triesEveryCase } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { publishRelease } from '../support/publisher/publish-release.ts'
import { prepareRegistryData, startRegistryChild } from '../support/registry/registry-child.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const key = issueKey()
type Entry = { readonly path: string; readonly mode: number; readonly bytes?: Buffer }

/** What one kill left, of which each test has a copy. */
let killed: Promise<readonly Entry[]> | undefined

async function killedData(t: TestContext): Promise<readonly Entry[]> {
  const dataDir = join(tempFolder(t), 'killed')
  const { token } = await prepareRegistryData(dataDir, key)
  const child = await startRegistryChild(t, { dataDir })
  assert.equal((await publishRelease({ url: child.url, token }, await aRelease(key))).status, 201)
  await child.kill()
  // In this order a folder stands before what is in it.
  const paths = ['', ...readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).sort()]
  return paths.map((path) => {
    const stats = statSync(join(dataDir, path))
    const mode = stats.mode & 0o777
    return stats.isDirectory() ? { path, mode } : { path, mode, bytes: readFileSync(join(dataDir, path)) }
  })
}

/** The lock file is the one that the killed process had. */
async function copyOfKilled(t: TestContext): Promise<string> {
  killed ??= killedData(t)
  const dataDir = join(tempFolder(t), 'data')
  for (const { path, mode, bytes } of await killed)
    if (bytes) writeFileSync(join(dataDir, path), bytes, { mode })
    else mkdirSync(join(dataDir, path), { mode })
  const { dev, ino } = statSync(lockPath(dataDir), { bigint: true })
  inDatabase(dataDir, `UPDATE serving SET lock_file = '${dev}:${ino}'`)
  return dataDir
}

type State = {
  /** Makes the state out of what a kill left. */
  readonly change: (dataDir: string) => void
  /** What `fsck` says while no start works; one does at once when nothing is said. */
  readonly finding?: RegExp
  /** Two of the others at once, or nothing changed: tried where every case is. */
  readonly isImplied?: true
}

function inDatabase(dataDir: string, sql: string): void {
  const db = openDb(databasePath(dataDir))
  db.$client.exec(sql)
  closeDb(db)
}

const headOf = (dataDir: string) => JSON.parse(readFileSync(auditHeadPath(dataDir), 'utf8'))
const STATES: Readonly<Record<string, State>> = {
  'row and lock file': { isImplied: true, change: () => {} },
  'a row without the lock file': { change: (dataDir) => rmSync(lockPath(dataDir)) },
  'a lock file without the row': { change: (dataDir) => inDatabase(dataDir, 'DELETE FROM serving') },
  'neither row nor lock file': {
    isImplied: true,
    change(dataDir) {
      inDatabase(dataDir, 'DELETE FROM serving')
      rmSync(lockPath(dataDir))
    },
  },
  'a row that somebody asked, who was killed too': {
    change: (dataDir) => inDatabase(dataDir, "UPDATE serving SET challenge = 'gone'"),
  },
  'such a row without the lock file': {
    isImplied: true,
    change(dataDir) {
      inDatabase(dataDir, "UPDATE serving SET challenge = 'gone'")
      rmSync(lockPath(dataDir))
    },
  },
  'audit rows of which none is noted': { change: (dataDir) => rmSync(auditHeadPath(dataDir), { force: true }) },
  'audit rows of which only the first is noted': {
    change(dataDir) {
      const db = openDb(databasePath(dataDir))
      const rowSha256 = db.$client.prepare('SELECT row_sha256 FROM audit WHERE id = 1').pluck().get()
      closeDb(db)
      writeFileSync(auditHeadPath(dataDir), JSON.stringify({ id: 1, rowSha256 }))
    },
  },
  'a note that was begun': {
    change: (dataDir) => writeFileSync(`${auditHeadPath(dataDir)}.0123456789abcdef`, '{"id":'),
  },
  'a note without its rows': {
    change: (dataDir) => writeFileSync(auditHeadPath(dataDir), JSON.stringify({ ...headOf(dataDir), id: 9000 })),
    finding: /row 9000.*the audit log ends before it/,
  },
  'a note that is cut': {
    change: (dataDir) => writeFileSync(auditHeadPath(dataDir), '{"id":'),
    finding: /audit-head\.json.*it was changed and cannot be read/,
  },
}

for (const [what, { change, finding }] of Object.entries(STATES).filter(
  ([, { isImplied }]) => triesEveryCase || !isImplied,
))
  test(`from ${what}, a start works${finding ? ' once that is accepted' : ''}, nothing is lost, and fsck finds nothing`, async (t) => {
    const dataDir = await copyOfKilled(t)
    change(dataDir)
    const octo = (...words: string[]) => octoIn({ cwd: dirname(dataDir) }, ['registry', ...words, '--data', dataDir])
    if (finding) {
      const noted = readFileSync(auditHeadPath(dataDir), 'utf8')
      await expectCodeAsync('DATA_DIR_CORRUPT', () => startTestRegistry(t, { dataDir, key }))
      const checked = await octo('fsck')
      assert.equal(checked.code, 1)
      assert.match(checked.stdout + checked.stderr, finding)
      assert.equal(readFileSync(auditHeadPath(dataDir), 'utf8'), noted, 'a note that says more is evidence')
      rmSync(auditHeadPath(dataDir))
    }
    const registry = await startTestRegistry(t, { dataDir, key })
    assert.equal((await fetch(`${registry.url}/repos/core/hello/1.0.0/release.sigstore.json`)).status, 200)
    assert.equal((await publishRelease(registry, await aRelease(key, { version: '1.1.0' }))).status, 201)
    await registry.stop()
    const audit = JSON.parse((await octo('audit', 'core/hello', '--json')).stdout)
    assert.deepEqual(
      audit.map(({ action, subject }: { action: string; subject: string }) => `${action} ${subject}`),
      ['publish core/hello@1.1.0', 'publish core/hello@1.0.0'],
    )
    const checked = await octo('fsck')
    assert.equal(checked.code, 0, checked.stdout + checked.stderr)
    assert.ok(headOf(dataDir).id >= audit[0].id)
  })
