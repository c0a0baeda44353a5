// A config that another machine serves.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig, loadWholeConfig } from '../../config/load-config.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { serveFolder } from '../support/machine/serve-folder.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

test('a config over the network is read, and one that is not there is said to be missing', async (t) => {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'octo.yaml'), 'services: {served: {image: x}}\n')
  const { url } = await serveFolder(t, folder)
  const load = (name: string) => loadConfig({ paths: [`${url}/${name}`], cwd: folder, env: {} })
  assert.equal((await load('octo.yaml')).services[0]?.name, 'served')
  const error = await expectCodeAsync('CONFIG_NOT_FOUND', () => load('another.yaml'))
  assert.match(error.message, new RegExp(`${url}/another.yaml`))
})

test('what operators are given is as strict as what octo reads itself', async (t) => {
  const cwd = tempFolder(t)
  writeFileSync(join(cwd, 'octo.yaml'), 'servces: {web: {}}\nservices: {db: {image: d}}\n')
  const whole = await loadWholeConfig({ cwd, env: {} })
  assert.deepEqual([...(whole.effective().root?.entries.keys() ?? [])], ['servces', 'services'])
  await expectCodeAsync('CONFIG_INVALID', () => loadWholeConfig({ cwd, env: {}, strict: true }))
})
