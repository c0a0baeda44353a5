// A shim that found a change has octo prove the plugin, run it, and write the shim again; and nothing else becomes a shim.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { aLinkScene, aQuietPlugin, aScriptPlugin, saidBy } from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noLastingFolder : 'plugins are linked on Linux only'

test('a shim that found a change has octo prove the plugin and write it again, and is quick again', {
  skip,
}, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin])
  assert.equal((await scene.octo('link', 'script', '--to', scene.bin)).code, 0)
  const changes: Readonly<Record<string, (program: string) => void>> = {
    'lockfile touched': () => utimesSync(scene.lockPath, 1, 1),
    'bytes changed': changeBytes,
    'store gone': () => {
      chmodAll(scene.store)
      rmSync(scene.store, { recursive: true })
    },
  }
  for (const [what, change] of Object.entries(changes)) {
    const before = scene.textOf('script')
    const first = await saidBy([scene.shim('script'), 'x'], {})
    assert.equal(first.env.TMPDIR, undefined, what)
    change(first.words[0] ?? '')
    const second = await saidBy([scene.shim('script'), 'x'], {})
    assert.deepEqual([second.words, second.code], [first.words, 7], what)
    assert.match(second.env.TMPDIR ?? '', /octo-run-/, `${what}: octo ran it`)
    assert.notEqual(scene.textOf('script'), before, what)
    assert.equal((await scene.octo('link', '--check', scene.bin)).code, 0, what)
    assert.deepEqual(readdirSync(scene.bin), ['script'])
  }
})

test('what octo cannot prove is not run by a shim either', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aScriptPlugin])
  assert.equal((await scene.octo('link', 'script', '--to', scene.bin, '--frozen')).code, 78, 'nothing is locked yet')
  assert.equal((await scene.octo('lock')).code, 0)
  assert.equal((await scene.octo('link', 'script', '--to', scene.bin)).code, 0)
  assert.equal((await scene.octo('link', 'script', '--to', scene.bin, '--frozen', '--offline')).code, 0)
  const before = scene.textOf('script')
  changeBytes((await saidBy([scene.shim('script')], {})).words[0] ?? '')
  const { words, code } = await saidBy([scene.shim('script')], {})
  assert.deepEqual([words, code], [[], 74], 'STORE_CORRUPT, and no word of the plugin')
  assert.equal(scene.textOf('script'), before)
})

test('octo run --relink makes no shim out of anything else', { skip }, async (t) => {
  const scene = await aLinkScene(t, [aQuietPlugin])
  const other = join(scene.bin, 'other')
  writeFileSync(other, 'mine')
  const open = join(tempFolder(t), 'quiet')
  assert.equal((await scene.octo('link', 'quiet', '--to', scene.bin)).code, 0)
  const shared = dirname(open)
  chmodSync(shared, 0o777)
  writeFileSync(open, scene.textOf('quiet'))
  const gone = join(scene.bin, 'gone')
  for (const file of [other, open, gone]) {
    const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined
    assert.equal((await scene.octo('run', '--relink', file, 'quiet')).code, 7)
    assert.equal(existsSync(file) ? readFileSync(file, 'utf8') : undefined, before)
  }
})

function changeBytes(path: string): void {
  chmodSync(path, 0o755)
  writeFileSync(path, Buffer.from(readFileSync(path).map((byte, at) => (at === 12 ? byte ^ 1 : byte))))
  chmodSync(path, 0o555)
}

function chmodAll(folder: string): void {
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) chmodAll(join(folder, entry.name))
}
