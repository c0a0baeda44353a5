// A config that another machine serves.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadWholeConfig } from '../../config/load-config.ts'
import { isCoded } from '../../schemas/errors.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { loadConfig } from '../support/builders/read-configs.ts'
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

test('the first problem of a config that says no next step leads to all of them, by the same files', async (t) => {
  const cwd = tempFolder(t)
  writeFileSync(join(cwd, 'octo.yaml'), 'services: {web: {command: [x], replicas: two}}\nrepos: []\n')
  writeFileSync(join(cwd, 'my services.yaml'), 'services: {web: {command: [x], replicas: two}, db: {}}\n')
  const error = await expectCodeAsync('CONFIG_INVALID', () => loadConfig({ cwd, env: {} }))
  assert.equal(error.hint, '`octo config validate` names everything that is wrong')
  const paths = ['my services.yaml']
  const [web, db] = (await loadConfig({ paths, cwd, env: {} })).services.map(({ spec }) => spec)
  assert.ok(isCoded(web) && isCoded(db))
  assert.equal(web.hint, "`octo config validate --config 'my services.yaml'` names everything that is wrong")
  assert.match(db.hint ?? '', /^write /)
})
