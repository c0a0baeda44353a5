// What is said of plugins that do not keep to the protocol.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { examinePlugin } from '../../../operator/ocm/conformance.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { Behaviour } from '../../support/builders/service-plugin.ts'
import { aServicePlugin } from '../../support/builders/service-plugin.ts'
import { processesWith } from '../../support/machine/everywhere.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

async function examine(t: TestContext, behaviour: Behaviour) {
  const [plugins, folder] = [tempFolder(t), tempFolder(t)]
  const findings = await examinePlugin(aServicePlugin(plugins, 'twin', behaviour), {
    ...{ env: { TMPDIR: folder }, cwd: folder, idleTimeoutMs: 60_000, configTypes: [], listen: 'unix', soonMs: 500 },
    ...{ log: () => undefined, limits: { startMs: 60_000, killGraceMs: 500, maxCalls: 8 } },
  })
  for (const name of readdirSync(folder)) assert.deepEqual(readdirSync(`${folder}/${name}`), [])
  return new Map(findings.map(({ check, result }) => [check, result]))
}

test('a plugin that does not end is told so, each time', async (t) => {
  const found = await examine(t, { ignoresIdle: true, ignoresSigint: true })
  assert.equal(found.get('says where it listens, and is well'), 'passed')
  assert.equal(found.get('runs beside another instance of it'), 'failed')
  assert.equal(found.get('ends soon and well on SIGINT'), 'failed')
  assert.equal(found.get('ends by itself when nobody asks it'), 'failed')
  assert.equal(found.get('ends when it is asked at /shutdown'), 'failed')
  assert.equal(found.get('componentLister: POST /components/list refuses a body that is not JSON'), 'failed')
  assert.equal(found.get('componentLister: POST /components/list refuses credentials that cannot be read'), 'failed')
})

test('a plugin that does not start is not asked anything', async (t) => {
  const found = await examine(t, { start: 'die', capabilities: '{"capabilities":[{"type":"teleporter"}]}' })
  assert.deepEqual(
    [...found],
    [
      ['declares what it can do', 'failed'],
      ['has schemas that can be used', 'passed'],
      ['says where it listens, and is well', 'failed'],
    ],
  )
})

test('a check that is given up ends with it, and leaves nothing running', async (t) => {
  const [plugins, folder] = [tempFolder(t), tempFolder(t)]
  const stopping = new AbortController()
  const examining = examinePlugin(aServicePlugin(plugins, 'twin', { start: 'hang' }), {
    ...{ env: { TMPDIR: folder }, cwd: folder, idleTimeoutMs: 60_000, configTypes: [], listen: 'unix' },
    ...{ limits: { startMs: 60_000, killGraceMs: 500, maxCalls: 8 }, signal: stopping.signal },
  })
  const interrupted = expectCodeAsync('INTERRUPTED', () => examining)
  await until(() => processesWith(folder, 'environ').length > 0)
  stopping.abort()
  await interrupted
  await until(() => processesWith(folder, 'environ').length === 0)
  for (const name of readdirSync(folder)) assert.deepEqual(readdirSync(`${folder}/${name}`), [])
})
