// What `octo add` takes for a config that it may write, and who else may write it meanwhile.
import assert from 'node:assert/strict'
import { readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { layoutOf } from '../../../client/store/layout.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { tryLock } from '../../../system/process-lock.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const WITHOUT_LINKS = process.platform === 'win32' && 'Windows lets not everybody make links'

async function aPlace(t: TestContext) {
  const key = issueKey()
  const registry = await startStaticRegistry(t, [await aRelease(key, { version: '1.2.3' })])
  const folder = tempFolder(t)
  const octo = (...words: readonly string[]) =>
    octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }, words)
  const config = join(folder, 'octo.yaml')
  return {
    keyLine: publicKeyLine(key.trustKey),
    registry,
    folder,
    octo,
    config,
    read: () => readFileSync(config, 'utf8'),
  }
}

test('from the last look at the config until the lockfile fits it, nobody else changes it', async (t) => {
  const { octo, registry, keyLine, config, read, folder } = await aPlace(t)
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
  const { octo, registry, keyLine, config } = await aPlace(t)
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
