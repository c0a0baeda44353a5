import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { aConsumer } from '../support/client/consumer.ts'
import { expectTidyAfterCollect, expectWholeStore, leftovers } from '../support/client/store-state.ts'
import { aFaultScene } from '../support/faults/fault-scene.ts'
import { rounds } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const PROCESSES = rounds({ short: 3, full: 64 })
const IS_LARGE = PROCESSES > 10
const PLUGINS = IS_LARGE ? 10 : 6

test(`${PROCESSES} processes that install the same ${PLUGINS} plugins into one empty store fetch each once and run all`, async (t) => {
  const { plugins, proxy, key, url } = await aFaultScene(t, { count: PLUGINS, size: 200_000 })
  const store = join(tempFolder(t), 'store')
  const consumers = Array.from({ length: PROCESSES }, () =>
    aConsumer(t, { url, key, services: plugins.services, store }),
  )

  const runs = await Promise.all(consumers.map((consumer) => consumer.octo('check', '--json')))

  for (const { code, stderr } of runs) assert.equal(code, 0, stderr)
  const downloads = proxy.passed.map(({ path }) => path).filter((path) => plugins.paths.includes(path))
  assert.deepEqual(downloads.sort(), [...plugins.paths].sort())
  await expectWholeStore(store, PLUGINS)
  assert.deepEqual(leftovers(store), [])

  const asked = proxy.passed.length
  for (const { octoHere } of consumers.slice(0, IS_LARGE ? 4 : 2)) {
    const { code, stderr } = await octoHere('check', '--offline', '--frozen')
    assert.equal(code, 0, stderr)
  }
  assert.equal(proxy.passed.length, asked)
  await expectTidyAfterCollect(store)
  await expectWholeStore(store, PLUGINS)
})
