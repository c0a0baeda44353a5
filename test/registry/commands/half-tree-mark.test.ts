// A machine that loses its power may leave the mark beside the tree empty, or cut: the tree is made again, and `fsck` says nothing else.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aRelease } from '../../support/builders/test-authority.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { expectCleanFsck } from '../../support/registry/fsck.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('half a mark of the tree is none: fsck looks at all else, and the next start makes the tree and its mark again', async (t) => {
  const registry = await startTestRegistry(t, { baseUrl: 'http://registry.test' })
  assert.equal((await publishRelease(registry, await aRelease(registry.key))).status, 201)
  // A registry that is stopped while it still looks over its tree leaves no mark.
  await registry.serving.registry.tree.check()
  await registry.stop()
  const mark = join(registry.dataDir, 'tree.json')
  const whole = readFileSync(mark, 'utf8')
  for (const half of ['', whole.slice(0, 12), 'null\n', '{"layout":2}\n']) {
    writeFileSync(mark, half)
    const { code, stdout, stderr } = await typeOcto(['registry', 'fsck', '--data', registry.dataDir, '--json'])
    assert.equal(code, 0, `${half}: ${stderr}`)
    const { versions, problems, tree } = JSON.parse(stdout)
    assert.deepEqual({ versions, problems, tree }, { versions: 1, problems: [], tree: null }, half)
  }
  const second = await registry.restart()
  await second.serving.registry.tree.check()
  await second.stop()
  assert.equal(readFileSync(mark, 'utf8'), whole)
  assert.notEqual((await expectCleanFsck(registry.dataDir)).tree, null)
})

test('a mark that cannot be read is no sign that there is no tree: fsck fails, and does not say that all is well', async (t) => {
  const registry = await startTestRegistry(t, { baseUrl: 'http://registry.test' })
  await registry.serving.registry.tree.check()
  await registry.stop()
  const mark = join(registry.dataDir, 'tree.json')
  rmSync(mark)
  mkdirSync(mark)
  const { code, stdout, stderr } = await typeOcto(['registry', 'fsck', '--data', registry.dataDir])
  assert.deepEqual([code, stdout], [74, ''])
  assert.match(stderr, /^error\[IO_FAILED\]: `.*tree\.json` could not be used: EISDIR/)
})
