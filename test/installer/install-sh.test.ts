// install.sh: what it takes as proof, what it hands on, and what it leaves where it ends early.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hostPlatform } from '../../client/index.ts'
import { fillInstaller } from '../../tools/release/installer.ts'
import { aDownloadable, assertInstalled, assertNotStarted } from '../support/client/downloadable-octo.ts'
import { findProgram, INSTALLER, pathWith } from '../support/client/installer-run.ts'

const CURL = findProgram('curl') === undefined ? 'there is no curl on this machine' : false
const PROVER = findProgram('openssl') === undefined ? 'there is no openssl on this machine' : CURL

test('the digest that somebody names is enough; the octo in the archive is given all that it proves by', {
  skip: CURL,
}, async (t) => {
  const scene = await aDownloadable(t)
  const { registry, digest, line, home, run } = scene
  assertInstalled(await run([registry.base, '--sha256', digest.toUpperCase(), '--key', line]), scene)
  const given = readFileSync(join(home, 'given'), 'utf8').trim().split('\n')
  const saidAs = (name: string) => given[given.indexOf(name) + 1]
  assert.deepEqual(given.slice(0, 2), ['self', 'install'])
  assert.equal(saidAs('--repo'), registry.url())
  assert.equal(saidAs('--key'), line)
  assert.ok(saidAs('--root')?.endsWith('/octo'))
})

for (const kind of ['ecdsa-p256', 'ed25519'] as const)
  test(`a signature of a ${kind} key is proven before anything is started`, { skip: PROVER }, async (t) => {
    const scene = await aDownloadable(t, {}, kind)
    const { registry, folder, key, line, run } = scene
    const run1 = await run([registry.url(), '--key', line])
    assertInstalled(run1, scene)
    assert.match(run1.output, /its signature is good by the key/)
    writeFileSync(join(folder, 'octo.pub'), key.trustKey.pem)
    const again = await aDownloadable(t, {}, kind)
    writeFileSync(join(again.folder, 'octo.pub'), again.key.trustKey.pem)
    assertInstalled(
      await again.run([again.registry.base, '--key', join(again.folder, 'octo.pub'), '--version', 'v1.0.0']),
      again,
    )
  })

test('without openssl and a digest nothing is started, unless the server is trusted in words', {
  skip: CURL,
}, async (t) => {
  const scene = await aDownloadable(t)
  const path = pathWith(join(scene.folder, 'bare'), ['curl'])
  const words = [scene.registry.base, '--key', scene.line]
  const refused = await scene.run(words, { path })
  assertNotStarted(refused, scene, 'no prover')
  assert.equal(refused.code, 76)
  assert.match(refused.output, /--sha256 HEX/)
  const trusting = await scene.run([...words, '--trust-server'], { path })
  assertInstalled(trusting, scene)
  assert.match(trusting.output, /warning: that this is octo is the word of/)
})

test('without anything that fetches it says how to fetch, and takes files', async (t) => {
  const scene = await aDownloadable(t)
  const { registry, folder, file, bytes, release, digest, line, run } = scene
  const path = pathWith(join(folder, 'bare'), [])
  const refused = await run([registry.base, '--key', line], { path })
  assertNotStarted(refused, scene, 'no fetcher')
  assert.equal(refused.code, 69)
  assert.match(refused.output, /neither curl nor wget/)
  const at = join(folder, 'fetched')
  mkdirSync(at)
  writeFileSync(join(at, file), bytes)
  writeFileSync(join(at, 'release.sigstore.json'), release.bundle)
  const words = ['--repo', registry.url(), '--sha256', digest, '--key', line]
  assertInstalled(await run([join(at, file), ...words], { path }), scene)
  const second = await aDownloadable(t)
  const secondAt = join(second.folder, 'fetched')
  mkdirSync(secondAt)
  writeFileSync(join(secondAt, second.file), second.bytes)
  writeFileSync(join(secondAt, 'release.sigstore.json'), second.release.bundle)
  assertInstalled(
    await second.run([secondAt, '--repo', second.registry.url(), '--sha256', second.digest, '--key', second.line], {
      path: pathWith(join(second.folder, 'bare'), []),
    }),
    second,
  )
})

test('the install.sh of a release carries digests, key and repo, and needs nothing more', { skip: CURL }, async (t) => {
  const scene = await aDownloadable(t)
  const { registry, folder, digest, line, run } = scene
  const carried = { version: '1.0.0', key: line, repo: registry.url() }
  const script = join(folder, 'install.sh')
  const digests = { [hostPlatform()]: `sha256:${digest}` as const }
  writeFileSync(script, fillInstaller(readFileSync(INSTALLER, 'utf8'), { ...carried, digests: digests as never }))
  const path = pathWith(join(folder, 'bare'), ['curl'])
  assertInstalled(await run([], { path, script }), scene)
  const other = await aDownloadable(t)
  const wrong = { [hostPlatform()]: `sha256:${'0'.repeat(64)}` as const }
  writeFileSync(script, fillInstaller(readFileSync(INSTALLER, 'utf8'), { ...carried, digests: wrong as never }))
  assertNotStarted(await other.run([], { path, script }), other, 'a carried digest of other bytes')
  assert.throws(
    () => fillInstaller(readFileSync(INSTALLER, 'utf8'), { ...carried, key: "'; touch x", digests: {} }),
    /cannot stand in a script/,
  )
})

for (const shell of [['dash'], ['bash', '--posix'], ['bash'], ['busybox', 'sh'], ['zsh', '--emulate', 'sh']]) {
  const absent = findProgram(shell[0] ?? '') === undefined ? `there is no ${shell[0]} on this machine` : false
  test(`it works in ${shell.join(' ')}`, { skip: CURL || absent }, async (t) => {
    const scene = await aDownloadable(t)
    const { registry, digest, line } = scene
    assertInstalled(await scene.run([registry.base, '--sha256', digest, '--key', line], { shell }), scene)
  })
}

test('interrupted while it fetches, it leaves nothing', { skip: CURL }, async (t) => {
  const scene = await aDownloadable(t)
  const asked = Promise.withResolvers<void>()
  scene.registry.misbehave = (path) => {
    if (path.endsWith('.tar.gz')) asked.resolve()
    return path.endsWith('.tar.gz')
  }
  let end: (signal: NodeJS.Signals) => void = () => assert.fail('it was not started')
  const running = scene.run([scene.registry.base, '--sha256', scene.digest, '--key', scene.line], {
    onStart: (way) => (end = way),
  })
  await asked.promise
  end('SIGTERM')
  assertNotStarted(await running, scene, 'interrupted')
})

test('an octo that does not start here is said, and nothing is installed', { skip: CURL }, async (t) => {
  const scene = await aDownloadable(t, { program: '#!/bin/sh\necho "libatomic.so.1: cannot open" >&2\nexit 127\n' })
  const run = await scene.run([scene.registry.base, '--sha256', scene.digest, '--key', scene.line])
  assertNotStarted(run, scene, 'broken')
  assert.match(run.output, /libatomic\.so\.1/)
})
