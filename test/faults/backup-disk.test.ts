// A backup that the disk takes and does not keep: copied files stand in memory, where each byte of them is as it should be.
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aRelease, aScript } from '../support/builders/test-authority.ts'
import { runShell } from '../support/machine/run-shell.ts'
import { aThinDisk, whyNoThinDisk } from '../support/machine/thin-disk.ts'
import { blocksOfKind } from '../support/octo/document-blocks.ts'
import { publishRelease } from '../support/publisher/publish-release.ts'
import { untilStill } from '../support/registry/still-registry.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const hasSqlite = globSync((process.env.PATH ?? '').split(':').map((folder) => `${folder}/sqlite3`)).length > 0
const skip = whyNoThinDisk() ?? (hasSqlite ? false : 'there is no sqlite3')

test('a backup that the disk does not keep is not said to be one', { skip }, async (t) => {
  const registry = await startTestRegistry(t)
  const large = Buffer.concat([aScript('large'), Buffer.from('exit 0\n'), Buffer.alloc(4 * 1024 * 1024, 'x')])
  const release = await aRelease(registry.key, { platforms: { linux_amd64: large } })
  assert.equal((await publishRelease(registry, release)).status, 201)
  await untilStill(registry)
  const { folder } = aThinDisk(t)
  const env = { DATA: registry.dataDir, BACKUP: join(folder, 'backup') }
  const made = await runShell(blocksOfKind('docs/OPERATING.md', 'backup').join('\n'), { cwd: folder, env })
  assert.notEqual(made.code, 0, JSON.stringify(made))
  assert.doesNotMatch(JSON.stringify(made), /all is well/)
})
