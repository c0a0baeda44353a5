// A database that is older than the registry was: put back from a copy, or left without its `octo.db-wal`. In it whoever was revoked since may
// act again, what was hidden is public, and names, bytes and serials that were given are free. Nobody is served or changed from it.
import assert from 'node:assert/strict'
import { copyFileSync, globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { revokeToken } from '../../../registry/admin/tokens.ts'
import { auditHeadPath, databasePath } from '../../../registry/data-dir/paths.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { callApi, publishRelease } from '../../support/publisher/publish-release.ts'
import { databaseOf } from '../../support/registry/test-db.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const COMMANDS = [
  ['repo', 'list'],
  ['repo', 'key', 'list', 'core'],
  ['repo', 'create', 'other'],
  ['repo', 'visibility', 'core', 'public'],
  ['token', 'list'],
  ['token', 'create', '--name', 'x', '--scope', 'core/*'],
  ['gc', '--grace', '0'],
  ['serve', '--port', '0'],
]

test('from a database that is older than the registry was, nothing is served, shown or changed until that is accepted', async (t) => {
  const first = await startTestRegistry(t)
  const { dataDir, key } = first
  const former = await first.createToken(['*/*:admin'])
  await first.stop()
  const older = join(tempFolder(t), 'octo.db')
  copyFileSync(databasePath(dataDir), older)
  const second = await first.restart()
  assert.equal((await publishRelease(second, await aRelease(key))).status, 201)
  await second.setVisibility('core', 'private')
  await revokeToken(second.serving.registry.services, former.id)
  await second.stop()
  copyFileSync(older, databasePath(dataDir))

  const say = (...words: string[]) => typeOcto(['registry', ...words, '--data', dataDir])
  const { message, hint } = await expectCodeAsync('DATA_DIR_CORRUPT', () => startTestRegistry(t, { dataDir, key }))
  assert.match(message, /^the database is older than the registry was, or another one \(row \d+: the audit log ends/)
  assert.match(hint ?? '', /restore a backup; delete `audit-head\.json` to accept/)
  for (const words of COMMANDS) {
    const { code, stdout, stderr } = await say(...words)
    assert.deepEqual([code, stdout], [74, ''], words.join(' '))
    assert.match(stderr, /error\[DATA_DIR_CORRUPT\]/)
  }
  assert.equal((await say('fsck')).code, 1)
  const shown = () => globSync('{tree,private-tree}/repos/**', { cwd: dataDir }).sort()
  const before = shown()
  assert.ok(before.includes('private-tree/repos/core/hello.json') && !before.includes('tree/repos/core.yaml'))
  const repaired = await say('fsck', '--repair')
  assert.equal(repaired.code, 1)
  assert.match(repaired.stderr, /the tree was left as it is, because rows of the audit log may be missing/)
  assert.deepEqual(shown(), before)
  const told = await say('audit')
  assert.equal(told.code, 1)
  assert.match(told.stdout, /repo-create/)
  assert.match(
    told.stderr,
    /this is not all that happened, or not what happened: row \d+: the audit log ends before it/,
  )

  rmSync(auditHeadPath(dataDir))
  const accepted = await startTestRegistry(t, { dataDir, key })
  const answer = await callApi({ url: accepted.url, token: former.token }, '/api/v1/whoami')
  assert.equal(answer.status, 200)
})

test('a log that was changed is shown with a word of it, and no success', async (t) => {
  const registry = await startTestRegistry(t)
  const { $client } = databaseOf(registry.serving.registry.services)
  $client.exec("DROP TRIGGER audit_are_sealed; UPDATE audit SET actor = 'nobody' WHERE id = 1")
  await registry.stop()
  const { code, stderr } = await typeOcto(['registry', 'audit', '--data', registry.dataDir])
  assert.equal(code, 1)
  assert.match(stderr, /row 1: the audit log was changed here; `octo registry fsck --data .*` says more/)
})
