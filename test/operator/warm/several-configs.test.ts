// What several configs say together is not what the first of them says alone.
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../../support/machine/until.ts'
import { aTypedScene } from '../../support/octo/typed-scene.ts'

test('a plugin that ran by two configs does not run warm by the first of them', async (t) => {
  const { folder, env, octo } = await aTypedScene(t)
  writeFileSync(join(folder, 'first.yaml'), 'operator: {}\n')
  const words = ['hello', '--', '--port=1']
  const run = (...configs: string[]) => octo('run', ...configs.flatMap((name) => ['--config', name]), ...words)
  assert.equal((await run('octo.yaml')).code, 0)
  // Files count as settled a moment after they were written, and only then is anything remembered.
  const records = () => readdirSync(join(env.OCTO_HOME ?? '', 'v1/warm'))
  await until(async () => (await run('octo.yaml')).code === 0 && records().length > 0)
  assert.equal((await run('first.yaml', 'octo.yaml')).code, 0)
  assert.equal(records().length, 1)
  const alone = await run('first.yaml')
  assert.match(alone.stderr, /PLUGIN_NOT_FOUND|REPO_NOT_FOUND|CONFIG_INVALID/)
  assert.notEqual(alone.code, 0)
})
