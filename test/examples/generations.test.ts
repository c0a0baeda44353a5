// The example configs: read without a warning, and the three formats ask for the same.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import type { CheckItem, OctoConfig } from '../../config/model/config.ts'
import { argumentVector } from '../../operator/exec/argument-vector.ts'
import { check as checkServerUrl } from '../../plugins/check-server-url/check.ts'
import { check as checkTcp } from '../../plugins/check-tcp/check.ts'
import { check as checkTcpPort } from '../../plugins/check-tcp-port/check.ts'
import { parseOptions } from '../../sdk/options.ts'
import { readConfig } from '../support/builders/read-configs.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))
const PLUGINS = new Map([checkTcp, checkTcpPort, checkServerUrl].map((check) => [check.name, check]))

test('all three formats of the example ask the same plugins for the same, without a warning', async (t) => {
  const dir = tempFolder(t)
  for (const file of ['config.yaml', 'generations'])
    await cp(join(EXAMPLES, file), join(dir, 'examples', file), { recursive: true })
  await mkdir(join(dir, '.octo', 'keys'), { recursive: true })
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(join(dir, '.octo', 'keys', 'core.pub'), publicKey.export({ type: 'spki', format: 'pem' }))

  const read = (file: string) => readConfig(join(dir, 'examples', file), { cwd: dir, env: {} })
  const first = await read('config.yaml')
  assert.equal(first.services.flatMap(({ checks }) => [...checks.preflight, ...checks.health]).length, 4)
  for (const file of ['generations/docs.yaml', 'generations/octoctl.yaml']) {
    const other = await read(file)
    assert.deepEqual([...first.warnings, ...other.warnings], [])
    assert.deepEqual(asked(other), asked(first), file)
    assert.deepEqual(other.repos, first.repos)
  }
})

function asked(config: OctoConfig) {
  const items = (list: readonly CheckItem[]) =>
    list.map(({ place, arguments: given, ...item }) => [item, optionsOf(item.request.plugin, given)])
  return config.services.map(({ name, checks }) => [
    name,
    items(checks.preflight),
    items(checks.health),
    items(checks.init),
  ])
}

function optionsOf(plugin: string, given: CheckItem['arguments']) {
  const check = PLUGINS.get(plugin)
  assert.ok(check, plugin)
  return parseOptions(check.options, argumentVector(given, { booleans: 'omit' }))
}
