// A publisher changes keys: what each user types, and what is said of a key that its repo does not admit.
import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Name } from '../../../schemas/name.ts'
import type { TrustKey } from '../../../schemas/trust-key.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { renderKeys } from '../../../static-tree/render/keys.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { anAddingScene } from '../../support/octo/adding-scene.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

async function aKnownRepo(t: TestContext) {
  const scene = await anAddingScene(t)
  const { octo, registry, keyLine, key, config } = scene
  const next = issueKey()
  const admit = (keys: readonly TrustKey[]) =>
    registry.files.set('keys/core.json', Buffer.from(renderKeys('core' as Name, keys).bytes))
  admit([key.trustKey, next.trustKey])
  const text = `# ours\noperator:\n  repos:\n    core:\n      url: ${registry.url()}\n      keys:\n        - ${keyLine} # of 2025\n`
  writeFileSync(config, text)
  const add = (...more: readonly string[]) =>
    octo('add', registry.url(), '--key', publicKeyLine(next.trustKey), '--yes', ...more)
  return { ...scene, next, nextLine: publicKeyLine(next.trustKey), admit, text, add }
}

test('a new key of a known repo is written beside the old one, and what either signed runs', async (t) => {
  const { octo, registry, next, nextLine, text, add, read } = await aKnownRepo(t)
  const { code, stdout, stderr } = await add()
  assert.equal(code, 0, stderr)
  assert.ok(stderr.includes(`key   ${next.trustKey.id} (ecdsa-p256)\n`), stderr)
  assert.match(stderr, /none of the releases that were tried is signed by them/)
  assert.doesNotMatch(stderr, /warning/)
  assert.equal(stdout, `added ${next.trustKey.id} to the keys of repo core in octo.yaml; those before count as well\n`)
  assert.equal(read(), `${text}        - ${nextLine}\n`)
  assert.equal((await octo('add', 'hello@=1.2.3')).code, 0)
  registry.publish(await aRelease(next, { version: '1.3.0' }))
  assert.equal((await octo('remove', 'hello')).code, 0)
  assert.match((await octo('add', 'hello')).stdout, /locked at 1\.3\.0/)
})

test('a key that is named twice, by its file and by itself, is written once', async (t) => {
  const { folder, nextLine, next, text, add, read, octo, registry, config } = await aKnownRepo(t)
  writeFileSync(join(folder, 'next.pub'), next.trustKey.pem)
  const { code, stdout, stderr } = await add('--key', 'next.pub')
  assert.equal(code, 0, stderr)
  assert.equal(stdout, `added ${next.trustKey.id} to the keys of repo core in octo.yaml; those before count as well\n`)
  assert.equal(read(), `${text}        - ${nextLine}\n`)
  rmSync(config)
  registry.publish(await aRelease(next, { version: '1.3.0' }))
  assert.equal((await octo('add', registry.url(), '--key', nextLine, '--key', 'next.pub', '--yes')).code, 0)
  assert.equal(read().split(nextLine).length, 2)
})

test('of a repo with many plugins it is not said that nothing is signed by a key, as only some are tried', async (t) => {
  const { registry, key, next, add } = await aKnownRepo(t)
  for (const plugin of ['a', 'b', 'c', 'd', 'e']) registry.publish(await aRelease(key, { plugin }))
  registry.publish(await aRelease(next, { plugin: 'last' }))
  const { code, stderr } = await add()
  assert.equal(code, 0, stderr)
  assert.match(stderr, /none of the releases that were tried is signed by them/)
})

test('a key that is there already, another name and a repo that another document names change nothing', async (t) => {
  const { octo, registry, keyLine, add, read, text, config, folder } = await aKnownRepo(t)
  const same = await octo('add', registry.url(), '--key', keyLine, '--yes')
  assert.equal(same.code, 73)
  assert.ok(same.stderr.includes(`\`octo add ${registry.url()} --key NEW\` puts a new key beside`), same.stderr)
  assert.equal((await add('--name', 'other')).code, 73)
  const silent = await octo('add', registry.url(), '--key', publicKeyLine(issueKey().trustKey))
  assert.match(silent.stderr, /nobody can be asked whether they are the right ones/)
  assert.equal(read(), text)
  writeFileSync(join(folder, 'repos.yaml'), text)
  writeFileSync(config, 'include: [repos.yaml]\n')
  const elsewhere = await add()
  assert.equal(elsewhere.code, 78, elsewhere.stderr)
  assert.match(elsewhere.stderr, /the keys of repo `core` do not stand in/)
  assert.equal(read(), 'include: [repos.yaml]\n')
})

test('a key that the config calls revoked does not count again by being added', async (t) => {
  const { add, config, read, nextLine, text } = await aKnownRepo(t)
  const revoked = `${text}        - {key: ${nextLine}, revoked: true}\n`
  writeFileSync(config, revoked)
  assert.equal((await add()).code, 73)
  assert.equal(read(), revoked)
})

test('a key that a named repo does not admit yet is added with a warning', async (t) => {
  const { add, admit, key, next } = await aKnownRepo(t)
  admit([key.trustKey])
  const { code, stderr } = await add()
  assert.equal(code, 0, stderr)
  assert.ok(
    stderr.includes(`admits nothing that \`${next.trustKey.id}\` signs; it names \`${key.trustKey.id}\``),
    stderr,
  )
})

test('a key of another repo is not pinned to the only one that a registry shows', async (t) => {
  const registry = await startTestRegistry(t)
  await registry.createRepo('internal', [issueKey().trustKey])
  await registry.setVisibility('internal', 'private')
  await registry.serving.registry.tree.drain()
  const folder = tempFolder(t)
  const stranger = issueKey()
  const add = (address: string, key = stranger) =>
    octoIn({ cwd: folder, env: { OCTO_HOME: join(folder, 'store') } }, [
      ...['add', address, '--key', publicKeyLine(key.trustKey), '--yes'],
    ])
  const { code, stderr } = await add(registry.url)
  assert.equal(code, 76, stderr)
  assert.ok(stderr.includes(`names \`${registry.key.trustKey.id}\`; it is the only one`), stderr)
  assert.ok(stderr.includes(`\`octo add ${registry.url}/repos/NAME.yaml --key KEY\``), stderr)
  assert.ok(!existsSync(join(folder, 'octo.yaml')))
  assert.equal((await add(registry.url, registry.key)).code, 0)
})
