import assert from 'node:assert/strict'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { aRelease, issueKey } from '../../support/builders/test-authority.ts'
import type { ClientMachine } from '../../support/client/client-machine.ts'
import { aMachine, key } from '../../support/client/client-machine.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'

async function aCommandLine(t: TestContext) {
  const machine = await aMachine(t, [{}, { plugin: 'other', version: '2.0.0' }])
  const repo = `{url: ${machine.registry.url()}, keys: ["${publicKeyLine(key.trustKey)}"]}`
  writeFileSync(
    join(machine.folder, 'octo.yaml'),
    `operator:\n  repos: {core: ${repo}}\n  plugins: {hello: {version: "^1"}}\n`,
  )
  return { ...machine, octo: (...words: string[]) => octo(machine, words) }
}

async function octo({ folder, base }: ClientMachine, words: readonly string[]) {
  const { code, stdout, stderr } = await octoIn({ cwd: folder, env: { OCTO_HOME: base.storeRoot } }, words)
  return { code, out: stdout, err: stderr, json: () => JSON.parse(stdout) }
}

test('locks, installs, lists, updates and explains from the command line', async (t) => {
  const { octo, registry, readLock } = await aCommandLine(t)
  assert.match((await octo('lock')).out, /\+ core\/hello 1\.0\.0/)
  const installed = await octo('install', '--frozen', '--json', '--platform', 'linux-x64')
  assert.equal(installed.json().plugins[0].version, '1.0.0')
  assert.equal(installed.json().downloaded.length, 1)
  const listed = await octo('list', '--json', '--platform', 'linux_amd64')
  assert.equal(listed.json()[0].state, 'installed')
  registry.publish(await aRelease(key, { version: '1.2.0' }))
  assert.match((await octo('lock')).out, /nothing changed/)
  const planned = await octo('update', '--dry-run', '--accept-serial', '--accept-unsigned', '--lock', 'octo.lock')
  assert.match(planned.out, /~ core\/hello 1\.0\.0 → 1\.2\.0: it is the newest stable version/)
  assert.equal(readLock().plugins['core/hello']?.version, '1.0.0')
  assert.match((await octo('update', 'hello')).out, /~ core\/hello 1\.0\.0 → 1\.2\.0/)
  assert.equal(readLock().plugins['core/hello']?.version, '1.2.0')
  const why = (await octo('why', 'hello')).out
  for (const expected of [/pinned in the config/, /1\.2\.0 from repo core/, new RegExp(key.trustKey.id)])
    assert.match(why, expected)
})

test('finds plugins and shows one with its proven signer', async (t) => {
  const { octo } = await aCommandLine(t)
  const found = await octo('search', 'oth', '--json')
  assert.deepEqual(
    found.json().map(({ plugin, version }: { plugin: string; version: string }) => [plugin, version]),
    [['other', '2.0.0']],
  )
  assert.equal((await octo('search', 'nothing-like-it')).code, 1)
  assert.match((await octo('info', 'other')).out, new RegExp(`signer +${key.trustKey.id}`))
  assert.equal((await octo('info', '--config', 'octo.yaml', 'other')).code, 0)
  const missing = await octo('info', 'nobody')
  assert.equal(missing.code, 66)
  assert.match(missing.err, /PLUGIN_NOT_FOUND|nobody/)
})

test('an update says what people do not expect of one, and offline what it has read', async (t) => {
  const { octo, registry, folder } = await aCommandLine(t)
  const successor = issueKey()
  const keys = [key, successor].map(({ trustKey }) => publicKeyLine(trustKey)).join(', ')
  const ask = (range: string) =>
    writeFileSync(
      join(folder, 'octo.yaml'),
      `operator:\n  repos: {core: {url: "${registry.url()}", keys: [${keys}]}}\n  plugins: {hello: "${range}"}\n`,
    )
  ask('>=1')
  await octo('lock')
  registry.publish(await aRelease(successor, { version: '2.0.0' }))
  const signer = `, signed by ${successor.trustKey.id} instead of ${key.trustKey.id}`
  assert.ok((await octo('update', '--yes')).out.includes(`~ core/hello 1.0.0 → 2.0.0, a major step${signer}: `))
  const offline = await octo('update', '--offline')
  assert.match(offline.err, /offline: only copies of plugin documents from earlier were read, newer versions may exist/)
  assert.match(offline.out, /^1 plugin in octo\.lock, nothing changed\n$/)
  const online = await octo('update', '--dry-run')
  assert.doesNotMatch(online.err, /offline/)
  assert.match(online.err, /dry run: nothing is written/)
  assert.doesNotMatch(online.err, /kept out/, 'the newest is in range')
  ask('^1')
  const back = await octo('update')
  assert.match(back.err, /kept out by ranges of the config: `hello` 2\.0\.0; `octo outdated` says more/)
  assert.match(back.out, /~ core\/hello 2\.0\.0 → 1\.0\.0, an older version, signed by/)
})

test('the first lock of another config leaves the old lockfile beside it alone', async (t) => {
  const { octo, registry, folder, base } = await aCommandLine(t)
  await octo('lock')
  const before = readFileSync(base.lockPath, 'utf8')
  registry.publish(await aRelease(key, { version: '1.5.0' }))
  writeFileSync(join(folder, 'prod.yaml'), readFileSync(join(folder, 'octo.yaml'), 'utf8').replace('^1', '>=1'))
  const locked = await octo('lock', '-c', 'prod.yaml')
  assert.match(locked.out, /\+ core\/hello 1\.5\.0: .*\n1 plugin in prod\.lock\n$/)
  assert.equal(readFileSync(base.lockPath, 'utf8'), before)
  const { plugins } = JSON.parse(readFileSync(join(folder, 'prod.lock'), 'utf8'))
  assert.equal(plugins['core/hello'].version, '1.5.0')
  assert.match((await octo('lock', '-c', 'prod.yaml')).out, /prod\.lock, nothing changed/)
})

test('says plainly that a plugin has nothing to install, and why', async (t) => {
  const { octo, registry, releases } = await aCommandLine(t)
  for (const state of ['yanked', 'quarantined'] as const) {
    registry.publish(releases[1] ?? assert.fail(), { state, reason: 'leaks' })
    const { code, out } = await octo('info', 'other')
    assert.equal(code, 0)
    assert.match(out, new RegExp(`\\nits only version 2\\.0\\.0 is ${state}: `))
    assert.match(out, new RegExp(`2\\.0\\.0 +2026-01-02 +${state}: leaks`))
  }
  assert.match((await octo('info', 'other')).out, /signer +no release that may be installed/)
})

test('looks after the store', async (t) => {
  const { octo } = await aCommandLine(t)
  const { path } = (await octo('install', '--json', '--platform', 'linux_amd64')).json().plugins[0]
  assert.equal((await octo('cache', 'list', '--json')).json().blobs[0].usedBy[0], 'core/hello@1.0.0')
  assert.equal((await octo('cache', 'verify')).code, 0)
  assert.deepEqual(
    (await octo('cache', 'gc', '--min-age-hours', '0', '--dry-run', '--json'))
      .json()
      .removed.filter(({ path }: { path: string }) => /blobs|trees/.test(path)),
    [],
  )
  chmodSync(path, 0o755)
  writeFileSync(path, readFileSync(path, 'utf8').replace('hello', 'jello'))
  const verified = await octo('cache', 'verify', '--json')
  assert.equal(verified.code, 74)
  // The blob and the tree of a raw artifact are one file.
  assert.equal(verified.json().problems.length, 2)
})

test('refuses with the code of the reason', async (t) => {
  const { octo } = await aCommandLine(t)
  const frozen = await octo('install', '--frozen')
  assert.equal(frozen.code, 78)
  assert.match(frozen.err, /octo lock/)
  const offline = await octo('install', '--offline')
  assert.equal(offline.code, 69)
  await octo('lock')
  const platform = await octo('install', '--platform', 'freebsd_amd64')
  assert.equal(platform.code, 66)
  assert.match(platform.err, /`darwin_amd64`, `darwin_arm64`, `linux_amd64`, `linux_arm64`/)
  assert.equal((await octo('install', '--platform', 'amiga')).code, 65)
  assert.equal((await octo('cache', 'gc', '--min-age-hours', 'x')).code, 64)
})

test('info passes over a newer version by a key that is not pinned, and says so', async (t) => {
  const { octo, registry } = await aCommandLine(t)
  registry.publish(await aRelease(issueKey(), { plugin: 'other', version: '3.0.0' }))
  const { code, out, err } = await octo('info', 'other')
  assert.equal(code, 0, err)
  assert.match(out, /^3\.0\.0 .*active; signed by a key that the config does not allow/m)
  assert.match(out, new RegExp(`signer +${key.trustKey.id}`))
  const [found] = (await octo('info', 'other', '--json')).json()
  assert.deepEqual([found.release.version, found.notAllowed], ['2.0.0', ['3.0.0']])
  registry.publish(await aRelease(issueKey(), { plugin: 'strange', version: '1.0.0' }))
  assert.match((await octo('info', 'strange')).err, /SIGNER_NOT_ALLOWED/)
})

test('why says what became of the version that is locked', async (t) => {
  const { octo, registry, releases } = await aCommandLine(t)
  assert.equal((await octo('lock')).code, 0)
  const locked = releases[0] as (typeof releases)[0]
  for (const [changes, said] of [
    [{ state: 'yanked', reason: 'loses data' }, 'core/hello@1.0.0` was yanked: loses data'],
    [{ deprecated: 'use other' }, 'core/hello@1.0.0` is deprecated: use other'],
  ] as const) {
    registry.publish(locked, changes)
    assert.ok((await octo('why', 'hello')).out.includes(`warning: \`${said}`))
  }
})
