// In which order `octo publish` says what is missing: what lies here first, keys and logins when all of that is good.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aPluginProject } from '../../support/builders/plugin-project.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { writeKeyFiles } from '../../support/publisher/publish-project.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

test('a folder without a plugin is said before a key is asked for', async (t) => {
  const { code, stderr } = await typeOcto(['publish', tempFolder(t)], { env: {} })
  assert.equal(code, 66)
  assert.match(stderr, /plugin\.yaml/)
  assert.doesNotMatch(stderr, /key/)
})

test('of several plugins none is published when one of them is no plugin', async (t) => {
  const registry = await startTestRegistry(t)
  const { privateKey } = writeKeyFiles(tempFolder(t), registry.key)
  await using good = await aPluginProject()
  const words = ['publish', good.dir, tempFolder(t), '--registry', registry.url, '--key', privateKey]
  const { code, stdout } = await typeOcto(words, { env: { OCTO_TOKEN: registry.token } })
  assert.deepEqual([code, stdout], [66, ''])
  assert.equal((await fetch(`${registry.url}/repos/core/hello.json`)).status, 404)
})
