// A newer octo takes the place of the one that is installed: proven, started, switched in one moment, and the one before is kept.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { issueKey } from '../../support/builders/test-authority.ts'
import { anInstallation, anOctoRelease, currentIn, version } from '../../support/client/octo-installation.ts'

const versionsIn = (root: string) => readdirSync(join(root, 'versions')).sort()
const wordsOf = (root: string) => readFileSync(join(root, 'current/lib/octo/words.txt'), 'utf8')

test('the newest version takes the place of the one that runs, which is kept', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }, { version: '2.0.0-rc.1' }] })
  const outcome = await scene.update()
  assert.deepEqual(
    { ...outcome, signer: undefined },
    { state: 'updated', from: '1.0.0', to: '1.1.0', signer: undefined, removed: [], running: [] },
  )
  assert.equal(outcome.signer, scene.key.trustKey.id)
  assert.equal(scene.current(), '1.1.0')
  assert.equal(wordsOf(scene.root), 'words of 1.1.0\n')
  assert.deepEqual(versionsIn(scene.root), ['1.0.0', '1.1.0'])
  assert.equal(statSync(join(scene.root, 'current/bin/octo')).mode & 0o777, 0o555)
  assert.equal(statSync(join(scene.root, 'versions/1.1.0/lib')).mode & 0o777, 0o755)
  assert.equal((await scene.update()).state, 'unchanged')
})

test('only one version is kept for going back, and copies in the store are not', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  await scene.update()
  await scene.publish({ version: '1.2.0' })
  assert.deepEqual((await scene.update()).removed, ['1.0.0'])
  assert.deepEqual(versionsIn(scene.root), ['1.1.0', '1.2.0'])
  for (const folder of ['blobs/sha256', 'trees/sha256', 'parts'])
    assert.equal(existsSync(join(scene.root, 'state/store/v1', folder)), false, folder)
})

test('what is no version is none that is taken away', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  for (const name of ['notes', '1.0', 'v0.9.0']) mkdirSync(join(scene.root, 'versions', name))
  await scene.update()
  assert.deepEqual(versionsIn(scene.root), ['1.0', '1.0.0', '1.1.0', 'notes', 'v0.9.0'])
})

test('a version that a process still runs is kept, and the process is named', {
  skip: process.platform !== 'linux' && 'only Linux tells what runs where',
}, async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  const child = spawn(join(scene.root, 'versions/1.0.0/bin/octo'), ['wait'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  try {
    await once(child.stdout, 'data')
    assert.deepEqual((await scene.update()).running, [{ pid: child.pid, version: '1.0.0' }])
    await scene.publish({ version: '1.2.0' })
    assert.deepEqual((await scene.update()).removed, [])
    assert.deepEqual(versionsIn(scene.root), ['1.0.0', '1.1.0', '1.2.0'])
  } finally {
    child.stdin.end('\n')
    await ended
  }
  await scene.publish({ version: '1.3.0' })
  assert.deepEqual((await scene.update()).removed.toSorted(), ['1.0.0', '1.1.0'])
})

test('a dry run says what would be, and writes nothing that counts', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  const outcome = await scene.update({ dryRun: true })
  assert.deepEqual([outcome.state, outcome.to], ['planned', '1.1.0'])
  assert.equal(scene.current(), '1.0.0')
  assert.deepEqual(versionsIn(scene.root), ['1.0.0'])
  assert.equal(existsSync(join(scene.root, 'state/octo.lock')), false)
  assert.ok(scene.registry.requests.every((path) => !path.endsWith('.tar.gz')))
})

test('a package may lie in one folder of its archive', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0', below: 'octo-1.1.0/' }] })
  await scene.update()
  assert.equal(wordsOf(scene.root), 'words of 1.1.0\n')
})

test('a lower version comes only when somebody names it', async (t) => {
  const scene = await anInstallation(t, { installed: { version: '1.1.0' }, offered: [{ version: '1.0.0' }] })
  const newest = await anOctoRelease(scene.key, { version: '1.1.0' })
  scene.registry.publish(newest, { state: 'quarantined', reason: 'broken' })
  const error = await expectCodeAsync('DOWNGRADE_REFUSED', () => scene.update())
  assert.match(error.hint ?? '', /`octo self update --to 1\.0\.0`/)
  assert.equal(scene.current(), '1.1.0')
  assert.equal((await scene.update({ to: version('1.0.0') })).state, 'updated')
  assert.equal(scene.current(), '1.0.0')
  await expectCodeAsync('VERSION_QUARANTINED', () => scene.update({ to: version('1.1.0') }))
})

test('what is not proven is refused before anything of it is written as a version', async (t) => {
  const cases: readonly (readonly [
    string,
    string,
    (scene: Awaited<ReturnType<typeof anInstallation>>) => Promise<void> | void,
  ])[] = [
    [
      'another signer',
      'SIGNER_NOT_ALLOWED',
      async ({ registry }) => registry.publish(await anOctoRelease(issueKey(), { version: '1.1.0' })),
    ],
    [
      'other bytes',
      'DIGEST_MISMATCH',
      async ({ registry, publish }) => {
        await publish({ version: '1.1.0' })
        for (const [path, bytes] of registry.files)
          if (path.includes('/1.1.0/') && path.endsWith('.tar.gz'))
            registry.files.set(path, Buffer.from(bytes.map((byte) => byte ^ 1)))
      },
    ],
    [
      'a withdrawn version',
      'VERSION_YANKED',
      async ({ registry, key }) =>
        registry.publish(await anOctoRelease(key, { version: '1.1.0' }), { state: 'yanked', reason: 'no' }),
    ],
  ]
  for (const [what, code, prepare] of cases) {
    const scene = await anInstallation(t)
    await prepare(scene)
    await expectCodeAsync(code as 'DIGEST_MISMATCH', () => scene.update({ to: version('1.1.0') }))
    assert.equal(scene.current(), '1.0.0', what)
    assert.deepEqual(versionsIn(scene.root), ['1.0.0'], what)
  }
})

test('an older document of the repo is refused once a newer one was seen', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  const before = new Map(scene.registry.files)
  await scene.publish({ version: '1.2.0' })
  await scene.update()
  for (const [path, bytes] of before) scene.registry.files.set(path, bytes)
  await expectCodeAsync('INDEX_ROLLBACK', () => scene.update())
  assert.equal(scene.current(), '1.2.0')
})

const UNFIT: readonly (readonly [string, Parameters<typeof anOctoRelease>[1], string, RegExp])[] = [
  ['holds another version', { marker: { version: '1.0.5' } }, 'INSTALLATION_INVALID', /holds octo `1\.0\.5`/],
  [
    'is for a package manager',
    { marker: { managedBy: { name: 'deb', update: 'apt-get' } } },
    'INSTALLATION_INVALID',
    /for `deb`/,
  ],
  ['is for another machine', { marker: { platform: 'windows_arm64' } }, 'INSTALLATION_INVALID', /windows_arm64/],
  ['has a marker of another shape', { marker: { v: 2 } }, 'FORMAT_INVALID', /package\.json/],
  [
    'lies elsewhere in its archive',
    { below: 'a/b/' },
    'INSTALLATION_INVALID',
    /starts `a\/b\/bin\/octo`, expected `bin\/octo`/,
  ],
  ['does not start', { program: '#!/nowhere/sh\n' }, 'SELF_CHECK_FAILED', /cannot be started/],
  [
    'says another version when it is at work',
    { program: '#!/bin/sh\n[ "$1" = self ] && echo \'{"version":"1.0.9"}\' || echo octo 1.1.0\n' },
    'SELF_CHECK_FAILED',
    /octo self --json/,
  ],
  [
    'fails',
    { program: '#!/bin/sh\necho "libatomic.so.1: no such file" >&2\nexit 127\n' },
    'SELF_CHECK_FAILED',
    /libatomic/,
  ],
  ['says another version', { program: '#!/bin/sh\necho octo 9.9.9\n' }, 'SELF_CHECK_FAILED', /octo 9\.9\.9/],
  [
    'starts and cannot do its work',
    { program: '#!/bin/sh\n[ "$1" = --version ] && echo octo 1.1.0\n' },
    'SELF_CHECK_FAILED',
    /octo self --json/,
  ],
]

test('a release that is proven and no octo for this machine is refused before the switch', async (t) => {
  for (const [what, wish, code, problem] of UNFIT) {
    const scene = await anInstallation(t, { offered: [{ version: '1.1.0', ...wish }] })
    const error = await expectCodeAsync(code as 'SELF_CHECK_FAILED', () => scene.update())
    assert.match(error.message, problem, what)
    assert.equal(scene.current(), '1.0.0', what)
    assert.deepEqual(versionsIn(scene.root), ['1.0.0'], what)
  }
})

test('two at once: the second waits, and finds that nothing is left to do', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  const outcomes = await Promise.all([scene.update(), scene.update()])
  assert.deepEqual(outcomes.map(({ state }) => state).toSorted(), ['unchanged', 'updated'])
  assert.equal(scene.current(), '1.1.0')
  assert.deepEqual(versionsIn(scene.root), ['1.0.0', '1.1.0'])
})

test('going back takes the version before, without a network, and forth again', async (t) => {
  const scene = await anInstallation(t, { offered: [{ version: '1.1.0' }] })
  await expectCodeAsync('VERSION_NOT_FOUND', () => scene.rollBack())
  await scene.update()
  const asked = scene.registry.requests.length
  assert.equal((await scene.rollBack({ dryRun: true })).state, 'planned')
  assert.equal(scene.current(), '1.1.0')
  assert.deepEqual(await scene.rollBack(), { state: 'updated', from: '1.1.0', to: '1.0.0', removed: [], running: [] })
  assert.equal(scene.current(), '1.0.0')
  await scene.rollBack()
  assert.equal(scene.current(), '1.1.0')
  assert.equal(scene.registry.requests.length, asked)
  assert.equal(lstatSync(join(scene.root, 'current')).isSymbolicLink(), true)
})

test('going back to what does not read what was written since needs a word', async (t) => {
  for (const layout of ['store', 'registry', 'journal'] as const) {
    const scene = await anInstallation(t, { offered: [{ version: '1.1.0', layouts: { [layout]: 900 } }] })
    await scene.update()
    const error = await expectCodeAsync('LAYOUT_NEWER', () => scene.rollBack())
    assert.equal(error.details.layout, layout)
    await expectCodeAsync('LAYOUT_NEWER', () => scene.update({ to: version('1.0.0') }))
    assert.equal(scene.current(), '1.1.0')
    assert.equal((await scene.rollBack({ acceptLayouts: true })).to, '1.0.0')
  }
})

test('a package that says nothing of its layouts is not believed to read those of another, nor to write the same', async (t) => {
  const silent = { marker: { layouts: undefined } }
  for (const scene of [
    await anInstallation(t, { installed: silent, offered: [{ version: '1.1.0' }] }),
    await anInstallation(t, { offered: [{ version: '1.1.0', ...silent }] }),
  ]) {
    await scene.update()
    await expectCodeAsync('LAYOUT_NEWER', () => scene.rollBack())
  }
})

test('going back to what does not start any more changes nothing', async (t) => {
  const scene = await anInstallation(t, {
    installed: { program: '#!/bin/sh\nexit 1\n' },
    offered: [{ version: '1.1.0' }],
  })
  await scene.update()
  await expectCodeAsync('SELF_CHECK_FAILED', () => scene.rollBack())
  assert.equal(currentIn(scene.root), '1.1.0')
})
