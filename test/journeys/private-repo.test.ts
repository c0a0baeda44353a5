// A repo that only some may read, from the machine of somebody who may: how the token gets there, to whom it goes, and what an
// error says that can be done.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { revokeToken } from '../../registry/admin/tokens.ts'
import { aRelease } from '../support/builders/test-authority.ts'
import type { Consumer } from '../support/client/consumer.ts'
import { aConsumer } from '../support/client/consumer.ts'
import { octoIn } from '../support/octo/in-process-octo.ts'
import { writeKeyFiles } from '../support/publisher/publish-project.ts'
import { publishRelease } from '../support/publisher/publish-release.ts'
import type { TestRegistry } from '../support/registry/test-registry.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

type Scene = { readonly registry: TestRegistry; readonly consumer: Consumer; readonly url: string }

async function aScene(t: TestContext): Promise<Scene> {
  const registry = await startTestRegistry(t)
  await registry.setVisibility('core', 'private')
  assert.equal((await publishRelease(registry, await aRelease(registry.key))).status, 201)
  const consumer = aConsumer(t, { url: `${registry.url}/repos/core.yaml`, key: registry.key })
  return { registry, consumer, url: registry.url }
}

const keep = (folder: string, token: string) => writeFileSync(join(folder, 'token'), `${token}\n`, { mode: 0o600 })

test('whoever has no token is told how to keep one, and with one the repo is as any other', async (t) => {
  const { registry, consumer, url } = await aScene(t)
  const { folder, octoHere } = consumer
  for (const words of [
    ['run', 'hello'],
    ['search', 'hello'],
    ['info', 'hello'],
  ]) {
    const refused = await octoHere(...words)
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /UNAUTHENTICATED/, words.join(' '))
    assert.ok(refused.stderr.includes(`octo login --registry ${url}`), refused.stderr)
  }
  const { token, id } = await registry.createToken(['core/*:read'])
  keep(folder, token)
  const login = await octoHere('login', '--registry', url, '--token-file', 'token')
  assert.match(login.stdout, /may read in core\/\*/)
  const run = await octoHere('run', 'hello')
  assert.deepEqual([run.code, run.stderr.includes(token)], [0, false], run.stderr)
  assert.match((await octoHere('search', 'hello')).stdout, /hello/)
  assert.match((await octoHere('info', 'hello')).stdout, /1\.0\.0/)

  await revokeToken(registry.serving.registry.services, id)
  const late = await octoHere('info', 'hello')
  assert.match(late.stderr, /UNAUTHENTICATED.*token was revoked/s)
  const kept = await octoHere('run', 'hello', '--offline')
  assert.equal(kept.code, 0, kept.stderr)
})

test('whoever would publish in it is told the same, also where nothing is uploaded', async (t) => {
  const { registry, consumer, url } = await aScene(t)
  const { folder, octoHere } = consumer
  await octoHere('init', 'mine', '--template', 'shell', '--repo', 'core')
  const { privateKey } = writeKeyFiles(folder, registry.key)
  for (const more of [[], ['--dry-run']]) {
    const refused = await octoHere('publish', 'mine', '--registry', url, '--key', privateKey, ...more)
    assert.match(refused.stderr, /UNAUTHENTICATED/)
    assert.ok(refused.stderr.includes(`octo login --registry ${url} --token-file FILE`), refused.stderr)
  }
})

test('a token that reads another repo finds none here', async (t) => {
  const { registry, consumer, url } = await aScene(t)
  keep(consumer.folder, (await registry.createToken(['vault/*:read'])).token)
  assert.equal((await consumer.octoHere('login', '--registry', url, '--token-file', 'token')).code, 0)
  const found = await consumer.octoHere('run', 'hello')
  assert.match(found.stderr, /REPO_NOT_FOUND/)
  assert.ok(found.stderr.includes(`octo whoami --registry ${url}`), found.stderr)
})

test('CI and programs that know no `octo login` name the token in the environment or in ~/.netrc', async (t) => {
  const { registry, consumer, url } = await aScene(t)
  const { token } = await registry.createToken(['core/*:read'])
  const { folder } = consumer
  const netrc = join(folder, 'netrc')
  writeFileSync(netrc, `machine 127.0.0.1 login anybody password ${token}\n`, { mode: 0o600 })
  for (const env of [{ OCTO_TOKEN: token, OCTO_REGISTRY: url }, { NETRC: netrc }]) {
    const OCTO_HOME = join(folder, Object.keys(env).join())
    const run = await octoIn({ cwd: folder, env: { ...consumer.env, OCTO_HOME, ...env } }, ['run', 'hello'])
    assert.equal(run.code, 0, run.stderr)
  }
})
