import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildRepo } from '../../../publisher/static-repo/build-repo.ts'
import { holdTree } from '../../../publisher/static-repo/hold-tree.ts'
import { parseBaseUrl } from '../../../static-tree/base-url.ts'
import { tryLock } from '../../../system/process-lock.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const lockIn = (root: string) => tryLock({ path: join(root, '.partial/lock'), mode: 'exclusive', subject: 'the tree' })

test('whoever waits for a tree has it when the one before has cleared its lock away, and then alone', async (t) => {
  const root = join(tempFolder(t), 'site')
  const first = await holdTree(root)
  const told = Promise.withResolvers<string>()
  const second = holdTree(root, told.resolve)
  assert.match(await told.promise, /^waiting for another octo process that holds `the tree in .*site`$/)
  mkdirSync(first.staging)
  first[Symbol.dispose]()
  const held = await second
  assert.deepEqual(readdirSync(join(root, '.partial')), ['lock'])
  assert.equal(await lockIn(root), undefined)
  held[Symbol.dispose]()
  assert.equal(existsSync(join(root, '.partial')), false)
})

test('a build reads nothing of a tree before whoever holds it is done', async (t) => {
  const root = tempFolder(t)
  const held = await holdTree(root)
  const told = Promise.withResolvers<string>()
  const build = { root, base: parseBaseUrl('https://p.example.com'), keyring: [issueKey().trustKey], dists: [] }
  const built = buildRepo({ ...build, publishedAt: '2026-01-01T00:00:00Z', onWait: told.resolve })
  await Promise.race([told.promise, built.then(() => assert.fail('it did not wait'))])
  assert.deepEqual(readdirSync(root), ['.partial'])
  held[Symbol.dispose]()
  assert.ok((await built).written > 0)
  assert.equal(existsSync(join(root, '.partial')), false)
})

test('a folder that was there stays, and one that was made for nothing goes', async (t) => {
  const folder = tempFolder(t)
  mkdirSync(join(folder, 'old'))
  for (const name of ['old', 'new']) (await holdTree(join(folder, name)))[Symbol.dispose]()
  assert.deepEqual(readdirSync(folder), ['old'])
})
