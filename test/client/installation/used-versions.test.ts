import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { placesOf } from '../../../client/installation/places.ts'
import { runningIn } from '../../../client/installation/used-versions.ts'
import { FROM_SOURCES } from '../../support/machine/from-sources.ts'
import { rounds } from '../../support/machine/full-form.ts'
import { isReachable, whyUnreachable } from '../../support/machine/other-users.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

test('a version that runs is known to run, also where the installation is reached through a link', {
  skip: process.platform !== 'linux' && 'only Linux tells what runs where',
}, async (t) => {
  const folder = tempFolder(t)
  const version = join(folder, 'real/versions/1.2.3')
  mkdirSync(version, { recursive: true })
  mkdirSync(join(folder, 'real/versions/1.2.4'))
  symlinkSync('real', join(folder, 'link'))
  copyFileSync('/bin/cat', join(version, 'cat'))
  // It waits for its input.
  const child = spawn(join(version, 'cat'), { argv0: 'cat' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const expected = [{ pid: child.pid, version: '1.2.3' }]
  for (const root of ['real', 'link']) assert.deepEqual(runningIn(placesOf(join(folder, root))), expected, root)
})

test('whoever asks is not counted among those that run, by none of its names', {
  skip: process.platform !== 'linux' && 'only Linux tells what runs where',
}, (t) => {
  const versions = join(tempFolder(t), 'versions')
  mkdirSync(join(versions, '1.2.3'), { recursive: true })
  const source = new URL('../../../client/installation/used-versions.ts', import.meta.url)
  const asker = `import { runningIn } from ${JSON.stringify(source)}
console.log(JSON.stringify(runningIn({ root: ${JSON.stringify(dirname(versions))}, versions: ${JSON.stringify(versions)} })))`
  // As octo itself is started: a word of it lies in the installation.
  const words = [...FROM_SOURCES, '--input-type=module', '--eval', asker, '--', join(versions, '1.2.3/octo.cjs')]
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  assert.equal(stdout, '[]\n', stderr)
})

const onLinux = { skip: process.platform !== 'linux' && 'only Linux tells what runs where' }

test(
  'what a version has started needs its guard of Node, and keeps it, whichever program it is',
  onLinux,
  async (t) => {
    const folder = tempFolder(t)
    const guard = join(folder, 'versions/1.2.3/lib/octo/operator/exec/node-guard.cjs')
    const child = spawn('/bin/cat', { env: { NODE_OPTIONS: `--require "${guard}"` } })
    t.after(() => child.kill('SIGKILL'))
    await once(child, 'spawn')
    assert.deepEqual(runningIn(placesOf(folder)), [{ pid: child.pid, version: '1.2.3' }])
  },
)

/** Two of them are looked at each time, any of which may be changing. */
const LOOKS = rounds({ short: 120, full: 300 })
/** Becomes itself again and again, as long as it is. */
const CHANGES = 'exec /bin/sh -c "$0" "$0"'

test('what becomes another program just now needs the guard as well', onLinux, async (t) => {
  const folder = tempFolder(t)
  const versions = ['1.2.3', '1.2.4']
  for (const version of versions) {
    const guard = join(folder, `versions/${version}/lib/octo/operator/exec/node-guard.cjs`)
    const env = { NODE_OPTIONS: `--require "${guard}"` }
    const child = spawn('/bin/sh', ['-c', CHANGES, CHANGES], { env, stdio: 'ignore' })
    t.after(() => child.kill('SIGKILL'))
    await once(child, 'spawn')
  }
  for (let look = 0; look < LOOKS; look++)
    assert.deepEqual(new Set(runningIn(placesOf(folder))?.map(({ version }) => version)), new Set(versions), `${look}`)
})

const noOtherUser =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'only root on Linux can be another user'
    : [import.meta.dirname, process.execPath].every(isReachable)
      ? (whyUnreachable() ?? false)
      : 'other users cannot reach this checkout, or its Node'

test('of an octo of another user, nobody knows the version, and none is said to be unused', {
  skip: noOtherUser,
}, async (t) => {
  const folder = tempFolder(t)
  const source = new URL('../../../client/installation/used-versions.ts', import.meta.url)
  const asker = `import { runningIn } from ${JSON.stringify(source)}
console.log(JSON.stringify(runningIn(${JSON.stringify(placesOf(folder))})) ?? 'not told')`
  const ask = () => {
    const words = [...FROM_SOURCES, '--input-type=module', '--eval', asker]
    const { stdout, stderr } = spawnSync(process.execPath, words, {
      uid: 12_345,
      gid: 12_345,
      cwd: '/',
      encoding: 'utf8',
    })
    return stdout || stderr
  }
  assert.equal(ask(), '[]\n')
  // It waits for its input.
  const child = spawn('/bin/cat', { argv0: join(folder, 'current/bin/../lib/octo/node/bin/node') })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  assert.equal(ask(), 'not told\n')
})
