// What `octo add` takes for a config that it may write, and who else may write it meanwhile.
import assert from 'node:assert/strict'
import { lstatSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findOwnConfig } from '../../../client/commands/add/own-config.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { tryLock } from '../../../system/process-lock.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { anAddingScene } from '../../support/octo/adding-scene.ts'

const WITHOUT_LINKS = process.platform === 'win32' && 'Windows lets not everybody make links'

test('from the last look at the config until the lockfile fits it, nobody else changes it', async (t) => {
  const { octo, registry, keyLine, config, read, folder } = await anAddingScene(t)
  writeFileSync(config, `operator:\n  repos:\n    core: {url: "${registry.url()}", keys: [${keyLine}]}\n`)
  const path = layoutOf(join(folder, 'store')).configLock(config)
  const held: boolean[] = []
  const looked: Promise<void>[] = []
  const look = async (isWritten: boolean) => {
    using lock = await tryLock({ path, mode: 'exclusive', subject: config })
    if (isWritten) held.push(lock === undefined)
  }
  registry.misbehave = () => {
    looked.push(look(read().includes('plugins:')))
    return false
  }
  const said = await octo('add', 'hello')
  assert.equal(said.code, 0, said.stderr)
  await Promise.all(looked)
  assert.ok(held.length > 0)
  assert.ok(held.every(Boolean))
  using _free = (await tryLock({ path, mode: 'exclusive', subject: config })) ?? assert.fail('it is held for ever')
})

test('a link that leads nowhere is no place for a new config', { skip: WITHOUT_LINKS }, async (t) => {
  const { octo, registry, keyLine, config } = await anAddingScene(t)
  symlinkSync('on-another-disk/octo.yaml', config)
  for (const words of [
    ['add', registry.url(), '--key', keyLine, '--yes'],
    ['add', 'hello'],
    ['remove', 'hello'],
    ['add', registry.url(), '--key', keyLine, '--yes', '--config', 'octo.yaml'],
  ]) {
    const said = await octo(...words)
    assert.equal(said.code, 78, said.stderr)
    assert.match(said.stderr, /CONFIG_NOT_FOUND.*is a link to `on-another-disk\/octo\.yaml`, which is not there/)
    assert.equal(readlinkSync(config), 'on-another-disk/octo.yaml')
  }
})

test('a link that leads nowhere and comes while a key is asked for is kept', { skip: WITHOUT_LINKS }, async (t) => {
  const { octo, registry, keyLine, config } = await anAddingScene(t)
  registry.misbehave = () => {
    if (!lstatSync(config, { throwIfNoEntry: false })) symlinkSync('on-another-disk/octo.yaml', config)
    return false
  }
  const said = await octo('add', registry.url(), '--key', keyLine, '--yes')
  assert.equal(said.code, 78, said.stderr)
  assert.match(said.stderr, /CONFIG_NOT_FOUND.*is a link to `on-another-disk\/octo\.yaml`, which is not there/)
  assert.equal(readlinkSync(config), 'on-another-disk/octo.yaml')
})

test('a config that is named is there already, and only `octo.yaml` is made', (t) => {
  const folder = tempFolder(t)
  const { hint = '' } = expectCode('CONFIG_NOT_FOUND', () => findOwnConfig(['other.yaml'], folder))
  assert.match(hint, /leave `--config` out to write `octo.yaml` here/)
  assert.deepEqual(findOwnConfig(undefined, folder), { path: join(folder, 'octo.yaml'), text: '', isNew: true })
})
