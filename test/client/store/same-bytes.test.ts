// Two publishers have the same bytes and say different things about them: neither changes what the other's plugin finds.
import assert from 'node:assert/strict'
import { basename, join, relative } from 'node:path'
import { test } from 'node:test'
import { collect } from '../../../client/store/collect.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { aConfig } from '../../support/builders/a-config.ts'
import { tarballOf } from '../../support/builders/archive-builder.ts'
import { aRelease, aScript, issueKey } from '../../support/builders/test-authority.ts'
import { aMachine, LINUX, run } from '../../support/client/client-machine.ts'
import { expectWholeStore } from '../../support/client/store-state.ts'

const script = aScript('same')
const archive = tarballOf([
  { path: 'bin/one', content: aScript('one'), mode: 0o755 },
  { path: 'bin/two', content: aScript('two'), mode: 0o755 },
  { path: 'lib/three', content: aScript('three'), mode: 0o644 },
])
const raw = { bytes: script, format: 'raw' as const, file: 'x_1.0.0' }
const packed = { bytes: archive, format: 'tar.gz' as const, file: 'x.tar.gz' }

type Said = Readonly<Record<string, unknown>>
type Offer = { readonly says: Said; readonly platform?: string; readonly prints: string }

/** What the two say of the same bytes. */
const PAIRS: Readonly<Record<string, readonly [left: Offer, right: Offer]>> = {
  'raw, other names': [
    { says: { ...raw, executable: 'x_1.0.0' }, prints: 'same' },
    { says: { ...raw, executable: 'tool' }, prints: 'same' },
  ],
  'raw, a folder by the name of the other’s file': [
    { says: { ...raw, executable: 'x_1.0.0/x' }, prints: 'same' },
    { says: { ...raw, executable: 'x_1.0.0' }, prints: 'same' },
  ],
  'raw, a file deep in folders': [
    { says: { ...raw, executable: 'a/b/c' }, prints: 'same' },
    { says: { ...raw, executable: 'a/b' }, prints: 'same' },
  ],
  'raw, another argv[0]': [
    { says: { ...raw, argv0: 'left' }, prints: 'same' },
    { says: { ...raw, argv0: 'right' }, prints: 'same' },
  ],
  'raw, a runtime and none': [
    { says: { ...raw, runtime: { name: 'sh' } }, prints: 'same' },
    { says: raw, prints: 'same' },
  ],
  'raw, another platform': [
    { says: raw, platform: 'any', prints: 'same' },
    { says: raw, prints: 'same' },
  ],
  'an archive, other executables': [
    { says: { ...packed, executable: 'bin/one' }, prints: 'one' },
    { says: { ...packed, executable: 'bin/two' }, prints: 'two' },
  ],
  'an archive, a file without its bit': [
    { says: { ...packed, executable: 'bin/one' }, prints: 'one' },
    { says: { ...packed, executable: 'lib/three' }, prints: 'three' },
  ],
  'an archive, another argv[0]': [
    { says: { ...packed, executable: 'bin/one', argv0: 'left' }, prints: 'one' },
    { says: { ...packed, executable: 'bin/one', argv0: 'right' }, prints: 'one' },
  ],
}

for (const [what, pair] of Object.entries(PAIRS))
  test(`the same bytes of two publishers: ${what}, in both orders`, async (t) => {
    const { registry, folder, base, install } = await aMachine(t, [])
    const keys = [issueKey(), issueKey()] as const
    const [left, right] = pair.map((offer, at) => ({
      ...offer,
      repo: ['other', 'good'][at] ?? '',
      plugin: ['x', 'y'][at] ?? '',
    }))
    assert.ok(left && right)
    for (const [at, { repo, plugin, says, platform = LINUX }] of [left, right].entries())
      registry.publish(
        await aRelease(keys[at as 0 | 1], { repo, plugin, platforms: { [platform]: says as { bytes: Buffer } } }),
      )
    const repos = keys.map((trust, at) => ({
      name: ['other', 'good'][at] ?? '',
      url: registry.url(['other', 'good'][at]),
      trust,
    }))
    for (const order of [
      [left, right],
      [right, left],
    ]) {
      const storeRoot = join(folder, order[0] === left ? 'first' : 'second')
      for (const { repo, plugin, prints } of order) {
        const config = aConfig(repos, [`${repo}/${plugin}`])
        const options = { config, storeRoot, lockPath: join(storeRoot, '..', `${basename(storeRoot)}-${plugin}.lock`) }
        const { executables } = await install(options)
        assert.equal(executables[0] && run(executables[0]), `${prints} !\n`)
      }
      // Each still finds its own, without a network, after the other came; also when gc looked in between.
      await collect(layoutOf(storeRoot), { now: Date.now() + 1000, minAgeMs: 0 })
      for (const { repo, plugin, prints, says } of order) {
        const config = aConfig(repos, [`${repo}/${plugin}`])
        const lockPath = join(storeRoot, '..', `${basename(storeRoot)}-${plugin}.lock`)
        const { executables } = await install({ config, storeRoot, lockPath, frozen: true, offline: true })
        const [executable] = executables
        assert.ok(executable)
        assert.equal(run(executable), `${prints} !\n`)
        assert.equal(
          executable.argv0,
          says.argv0 ?? (says.format === 'raw' ? plugin : basename(String(says.executable))),
        )
        if (says.executable) assert.equal(relative(executable.root, executable.path), says.executable)
        assert.deepEqual(executable.runtime, says.runtime)
      }
      await expectWholeStore(storeRoot, 1)
    }
    assert.ok(base)
  })
