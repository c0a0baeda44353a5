// A shim is believed after a power cut, too: what it compares was on the disk before it was. In place of the boot, which a shim
// would have to ask for at each run.
import assert from 'node:assert/strict'
import fs, { existsSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { aLinkScene, anArchivePlugin, saidBy } from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noLastingFolder : 'plugins are linked on Linux only'

/** `before` sees each file and folder that is about to be made durable. */
function watchFsync(t: Pick<TestContext, 'after'>, before: (path: string) => void): Disposable {
  const { fsyncSync } = fs
  const restore = () => {
    fs.fsyncSync = fsyncSync
    syncBuiltinESMExports()
  }
  t.after(restore)
  fs.fsyncSync = (descriptor) => {
    before(readlinkSync(`/proc/self/fd/${descriptor}`))
    fsyncSync(descriptor)
  }
  syncBuiltinESMExports()
  return { [Symbol.dispose]: restore }
}

/** A plugin that lies in the store already, made durable or not, and is linked no more. */
async function anInstalledPlugin(t: TestContext) {
  const scene = await aLinkScene(t, [anArchivePlugin(4)], realpathSync(tempFolder(t)))
  const link = () => scene.octo('link', 'archive', '--to', scene.bin)
  assert.equal((await link()).code, 0)
  const program = (await saidBy([scene.shim('archive')], {})).words[0] ?? ''
  assert.equal((await scene.octo('unlink', 'archive', '--from', scene.bin)).code, 0)
  return { ...scene, link, program, tree: dirname(dirname(program)) }
}

test('all that a shim compares is on the disk before the shim is there, whoever wrote it when', { skip }, async (t) => {
  const { link, tree, configPath, lockPath, shim } = await anInstalledPlugin(t)
  const synced = new Set<string>()
  const watch = watchFsync(t, (path) => {
    if (!existsSync(shim('archive'))) synced.add(path)
  })
  assert.equal((await link()).code, 0)
  watch[Symbol.dispose]()
  const inside = readdirSync(tree, { recursive: true }).map((name) => join(tree, String(name)))
  for (const path of [configPath, lockPath, tree, ...inside]) assert.ok(synced.has(path), path)
})

test('no shim is made of what the disk does not take', { skip }, async (t) => {
  const { link, program, configPath, bin } = await anInstalledPlugin(t)
  for (const broken of [program, dirname(program), configPath]) {
    using _ = watchFsync(t, (path) => {
      if (path === broken) throw Object.assign(new Error('i/o error'), { code: 'EIO', syscall: 'fsync' })
    })
    const { code, stderr } = await link()
    assert.deepEqual([code, readdirSync(bin)], [74, []], stderr)
    assert.match(stderr, /IO_FAILED/)
  }
})
