import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { DAY_MS } from '../../../schemas/duration.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { callApi, publishRelease } from '../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

async function aFolder(t: TestContext) {
  const folder = tempFolder(t)
  const key = issueKey()
  const keyFile = join(folder, 'publisher.pub')
  await writeFile(keyFile, createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' }))
  const data = join(folder, 'data')
  const octo = (...words: string[]) => typeOcto(['registry', ...words, '--data', data])
  const json = async (...words: string[]) => JSON.parse((await octo(...words, '--json')).stdout)
  return { data, key, keyFile, octo, json }
}

test('a repo without a key leads to the line that admits one, with the data that was named', async (t) => {
  const { keyFile, octo } = await aFolder(t)
  const { stderr } = await octo('repo', 'create', 'core')
  const [, line = ''] = /nothing can be published yet: `octo ([^`]+)` admits a key/.exec(stderr) ?? []
  const typed = await typeOcto(line.replace('FILE', keyFile).split(' '))
  assert.equal(typed.code, 0, `${stderr}${typed.stderr}`)
})

test('repos, keys and tokens are made, listed and taken back by commands', async (t) => {
  const { key, keyFile, octo, json, data } = await aFolder(t)
  assert.equal((await octo('repo', 'create', 'core', '--key', keyFile)).code, 0)
  assert.equal((await octo('repo', 'create', 'core')).code, 73)
  assert.deepEqual(await json('repo', 'list'), [{ repo: 'core', visibility: 'public', plugins: 0, keys: 1 }])
  assert.equal((await octo('repo', 'key', 'add', 'core', keyFile)).code, 73)
  assert.equal((await octo('repo', 'key', 'revoke', 'core', key.trustKey.id)).code, 0)
  const [listed] = await json('repo', 'key', 'list', 'core')
  assert.equal(listed.id, key.trustKey.id)
  assert.notEqual(listed.revokedAt, null)
  const created = await octo('token', 'create', '--name', 'ci', '--scope', 'core/*')
  assert.doesNotMatch(created.stderr, /warning/)
  assert.match(created.stdout, /^octo_[0-9A-Za-z]{49}\n$/)
  assert.equal(created.stderr.includes(created.stdout.trim()), false)
  const [token] = await json('token', 'list')
  assert.deepEqual([token.name, token.scopes], ['ci', [{ repo: 'core', plugin: '*', actions: ['publish', 'yank'] }]])
  assert.equal((await octo('token', 'revoke', token.id)).code, 0)
  assert.equal((await octo('token', 'revoke', token.id)).code, 66)
  assert.equal((await octo('fsck')).code, 0)
  assert.equal((await stat(join(data, 'octo.db'))).mode & 0o077, 0)
})

test('a repo is made private and public by commands, which the audit log remembers', async (t) => {
  const { octo, json } = await aFolder(t)
  const made = await octo('repo', 'create', 'hidden', '--private')
  assert.match(made.stdout, /created private repo hidden/)
  const visibilities = async () =>
    (await json('repo', 'list')).map(({ repo, visibility }: Record<string, string>) => `${repo} ${visibility}`)
  assert.deepEqual(await visibilities(), ['hidden private'])
  assert.deepEqual(await json('repo', 'visibility', 'hidden', 'public'), {
    ...{ repo: 'hidden', visibility: 'public', changed: true },
  })
  assert.deepEqual(await visibilities(), ['hidden public'])
  const hidden = await octo('repo', 'visibility', 'hidden', 'private')
  assert.equal(hidden.stdout, 'repo hidden is private\n')
  assert.match(hidden.stderr, /octo registry token create --name NAME --scope 'hidden\/\*:read'/)
  assert.equal((await octo('repo', 'visibility', 'hidden', 'private')).stdout, 'repo hidden is private already\n')
  assert.equal((await octo('repo', 'visibility', 'nobody', 'private')).code, 66)
  assert.equal((await octo('repo', 'visibility', 'hidden', 'secret')).code, 64)
  const actions = (await json('audit')).map(({ action }: { action: string }) => action)
  assert.deepEqual(actions.sort(), ['repo-create', 'repo-private', 'repo-public'])
  assert.equal((await octo('token', 'create', '--name', 'x', '--scope', 'hidden/*:read')).code, 0)
  const part = await octo('token', 'create', '--name', 'x', '--scope', 'hidden/one:read')
  assert.equal(part.code, 64)
  assert.match(part.stderr, /hidden\/\*:read/)
  assert.equal((await octo('fsck')).code, 0)
})

test('a data directory that cannot be made is said to be so, and nothing is left of it', async (t) => {
  const { keyFile } = await aFolder(t)
  const taken = join(tempFolder(t), 'file')
  await writeFile(taken, '')
  for (const data of ['/proc/octo', join(taken, 'data')]) {
    const { code, stderr } = await typeOcto(['registry', 'repo', 'create', 'x', '--key', keyFile, '--data', data])
    assert.equal(code, 74, stderr)
    assert.match(stderr, /cannot be made: E/)
  }
})

test('only `repo create` makes a registry: a mistyped folder stays as it was', async (t) => {
  const { data, octo } = await aFolder(t)
  for (const words of [
    ['token', 'create', '--name', 'x', '--scope', 'acme/*'],
    ['token', 'list'],
    ['repo', 'list'],
    ['audit'],
    ['gc'],
    ['fsck'],
  ]) {
    const { code, stdout, stderr } = await octo(...words)
    assert.deepEqual([code, stdout], [66, ''], words.join(' '))
    assert.match(stderr, /there is no registry in/)
    await assert.rejects(stat(data), { code: 'ENOENT' })
  }
})

test('hints name the folder that was named, and the repo and the action that were meant', async (t) => {
  const { data, octo } = await aFolder(t)
  await octo('repo', 'create', 'core')
  const revoked = await octo('token', 'revoke', 'tok-0123456789ab')
  assert.ok(revoked.stderr.includes(`\`octo registry token list --data ${data}\``), revoked.stderr)
  assert.match((await octo('repo', 'key', 'list', 'cor')).stderr, /did you mean `core`\?/)
  assert.match(
    (await octo('repo', 'key', 'list', 'other')).stderr,
    /octo registry repo create other --key FILE --data /,
  )
  const scope = await octo('token', 'create', '--name', 'x', '--scope', 'core/*:raed')
  assert.equal(scope.code, 64)
  assert.match(
    scope.stderr,
    /`raed` in scope `core\/\*:raed` is no action, expected `read`, .*\n.*did you mean `read`\?/s,
  )
})

test('a hint names the folder as it is typed, and whatever else it quotes stays as it is', async (t) => {
  const { data } = await aFolder(t)
  const spaced = `${data} of --data DIR`
  const octo = (...words: string[]) => typeOcto(['registry', ...words, '--data', spaced])
  await octo('repo', 'create', 'core')
  for (const words of [
    ['token', 'revoke', 'tok-0123456789ab'],
    ['repo', 'key', 'list', 'other'],
    ['repo', 'key', 'revoke', 'core', `sha256:${'0'.repeat(64)}`],
  ])
    assert.match((await octo(...words)).stderr, /^hint: .*`octo registry [^`]* --data '[^']* of --data DIR'`/m)
})

test('a scope that fits no repo yet is pointed out, and the token is made', async (t) => {
  const { octo } = await aFolder(t)
  await octo('repo', 'create', 'core')
  for (const [scope, isIdle] of [
    ['core/*', false],
    ['co*/x', false],
    ['*/*:admin', false],
    ['nope/*', true],
    ['core-*/*', true],
  ] as const) {
    const { code, stdout, stderr } = await octo('token', 'create', '--name', 'x', '--scope', scope)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^octo_/)
    assert.equal(stderr.includes('warning: no repo fits'), isIdle, scope)
  }
})

test('words that cannot be understood end with 64 and say what to type', async (t) => {
  const { octo } = await aFolder(t)
  for (const words of [
    ['repo'],
    ['token', 'create'],
    ['token', 'create', '--name', 'x', '--scope', 'nonsense'],
    ['gc', '--grace', 'x'],
    ['serve', '--port', '99999'],
    ['fly'],
  ])
    assert.equal((await octo(...words)).code, 64, words.join(' '))
  const nothing = await octo('token', 'list')
  assert.equal(nothing.code, 66)
  assert.match(nothing.stderr, /there is no registry in/)
})

test('every command explains itself with an example', async () => {
  for (const words of [
    [],
    ['serve'],
    ['repo'],
    ['repo', 'create'],
    ['repo', 'key', 'add'],
    ['token', 'create'],
    ['fsck'],
    ['gc'],
  ]) {
    const { code, stdout } = await typeOcto(['registry', ...words, '--help'])
    assert.equal(code, 0)
    assert.match(stdout, /Examples:\n {2}\$ octo registry/, words.join(' '))
  }
})

test('a running registry shows what commands beside it change, and keeps its directory to itself', async (t) => {
  const registry = await startTestRegistry(t)
  const octo = (...words: string[]) => typeOcto(['registry', ...words, '--data', registry.dataDir])
  assert.equal((await octo('repo', 'create', 'more')).code, 0)
  await until(async () => (await fetch(`${registry.url}/repos/more.json`)).status === 200)
  const { token } = JSON.parse((await octo('token', 'create', '--name', 'x', '--scope', 'core/*', '--json')).stdout)
  assert.equal((await callApi({ ...registry, token }, '/api/v1/whoami')).status, 200)
  await publishRelease(registry, await aRelease(registry.key))
  assert.equal((await octo('gc')).code, 0)
  const second = await octo('serve', '--port', '0')
  assert.equal(second.code, 75)
  assert.match(second.stderr, /DATA_DIR_LOCKED/)
  assert.equal((await octo('fsck', '--repair')).code, 75)
  const looked = await octo('fsck')
  assert.equal(looked.code, 0, looked.stderr)
  assert.match(looked.stdout, /1 version, 2 blobs/)
})

test('a list of tokens says of each whether it counts', async (t) => {
  let ahead = 30 * DAY_MS
  const registry = await startTestRegistry(t, { clock: () => Date.now() + ahead })
  const early = await registry.createToken(['core/*'])
  ahead = 0
  const [good, over] = [await registry.createToken(['core/*']), await registry.createToken(['core/*'], 1e-9)]
  const { stdout } = await typeOcto(['registry', 'token', 'list', '--data', registry.dataDir])
  const lineOf = ({ id }: { readonly id: string }) => stdout.split('\n').find((line) => line.startsWith(id)) ?? stdout
  assert.match(lineOf(early), / refused, as it was made at \d{4}-/)
  assert.match(lineOf(good), / until \d{4}-/)
  assert.match(lineOf(over), / expired \d{4}-/)
})
