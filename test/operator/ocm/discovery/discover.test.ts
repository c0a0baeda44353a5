// Plugins of a folder: which files are some, why each may run, and that one bad file takes nothing from the others.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { PluginDirectory } from '../../../../config/model/config.ts'
import { pluginFilesIn } from '../../../../operator/ocm/discovery/directory.ts'
import { discoverPlugins } from '../../../../operator/ocm/discovery/discover.ts'
import type { FoundPlugin } from '../../../../operator/ocm/discovery/found-plugin.ts'
import { openKnowledge } from '../../../../operator/ocm/discovery/known-files.ts'
import { openPluginFile } from '../../../../operator/ocm/discovery/open-file.ts'
import { digestOf } from '../../../../schemas/digest.ts'
import { isCoded } from '../../../../schemas/errors.ts'
import { identityOf } from '../../../../system/files/file-identity.ts'
import { expectCode } from '../../../support/assertions/expect-code.ts'
import { LISTER, writeServicePlugin } from '../../../support/builders/service-plugin.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

test('a file is a plugin when its name has no dot, wherever it lies below the folder', (t) => {
  const folder = tempFolder(t)
  for (const name of ['sub', '.hidden', 'with.dot']) mkdirSync(join(folder, name))
  for (const name of ['b', 'a', 'README', '.keep', 'x.sh', 'sub/c', '.hidden/d', 'with.dot/e'])
    writeFileSync(join(folder, name), '')
  symlinkSync(join(folder, 'a'), join(folder, 'link'))
  symlinkSync(folder, join(folder, 'circle'))
  symlinkSync(join(folder, 'gone'), join(folder, 'broken'))
  symlinkSync('itself', join(folder, 'itself'))
  assert.deepEqual(
    pluginFilesIn(folder).map(({ path }) => path.slice(folder.length + 1)),
    ['.hidden/d', 'README', 'a', 'b', 'link', 'sub/c', 'with.dot/e'],
  )
  assert.deepEqual(pluginFilesIn(join(folder, 'nowhere')), [])
  for (let count = 0; count < 1001; count++) writeFileSync(join(folder, 'sub', `p${count}`), '')
  expectCode('LIMIT_EXCEEDED', () => pluginFilesIn(folder))
})

async function discover(t: TestContext, directory: PluginDirectory, store = tempFolder(t)) {
  using knowledge = openKnowledge(store)
  return await discoverPlugins([directory], {
    knowledge,
    env: { PATH: process.env.PATH },
    cwd: store,
    timeoutMs: 20_000,
  })
}

const trusted = (path: string): PluginDirectory => ({ path, isTrusted: true, digests: [] })
const inShort = (one: FoundPlugin) => [one.name, one.proof, one.state === 'usable' ? 'usable' : one.error.code] as const

test('one bad file takes nothing from the others', async (t) => {
  const folder = tempFolder(t)
  writeServicePlugin(folder, 'good')
  writeServicePlugin(folder, 'chatty', { capabilities: `hello\n${LISTER}` })
  writeServicePlugin(folder, 'failing', { capabilitiesExit: 3 })
  writeServicePlugin(folder, 'silent', { capabilities: '' })
  writeFileSync(join(folder, 'README'), 'no program')
  writeFileSync(join(folder, 'text'), 'no program', { mode: 0o755 })
  writeFileSync(join(folder, 'odd'), '#!/nowhere/interpreter\n', { mode: 0o755 })
  writeServicePlugin(folder, 'shared')
  chmodSync(join(folder, 'shared'), 0o777)
  mkdirSync(join(folder, 'sub'))
  writeServicePlugin(join(folder, 'sub'), 'good')
  assert.deepEqual((await discover(t, trusted(folder))).map(inShort), [
    ['README', 'none', 'PLUGIN_NOT_EXECUTABLE'],
    ['chatty', 'folder', 'JSON_INVALID'],
    ['failing', 'folder', 'PLUGIN_FAILED'],
    ['good', 'folder', 'usable'],
    ['odd', 'none', 'PLUGIN_NOT_EXECUTABLE'],
    ['shared', 'none', 'PROGRAM_UNSAFE'],
    ['silent', 'folder', 'PLUGIN_FAILED'],
    ['good', 'folder', 'PLUGIN_NAME_TAKEN'],
    ['text', 'none', 'PLUGIN_NOT_EXECUTABLE'],
  ])
})

test('a plugin that hangs is given up while the others are asked', async (t) => {
  const folder = tempFolder(t)
  writeServicePlugin(folder, 'hangs', { capabilities: 'hang' })
  using knowledge = openKnowledge(tempFolder(t))
  const facts = { knowledge, env: { PATH: process.env.PATH }, cwd: folder, timeoutMs: 300 }
  const [found] = await discoverPlugins([trusted(folder)], facts)
  assert.ok(found?.state === 'refused')
  assert.equal(found.error.code, 'PLUGIN_TIMEOUT')
})

/** Leaves a trace when it is run. */
function writeTracing(
  folder: string,
  name: string,
): { readonly trace: string; readonly digest: PluginDirectory['digests'][number] } {
  const trace = join(folder, 'trace.txt')
  const program = `#!/bin/sh\necho run >> '${trace}'\necho '${LISTER}'\n`
  writeFileSync(join(folder, name), program, { mode: 0o755 })
  return { trace, digest: digestOf(program) }
}

test('what nothing proves is shown with its digest, and never run', async (t) => {
  const folder = tempFolder(t)
  const { trace, digest } = writeTracing(folder, 'stranger')
  const [found] = await discover(t, { path: folder, isTrusted: false, digests: [] })
  assert.ok(found?.state === 'refused')
  assert.deepEqual(inShort(found), ['stranger', 'none', 'PLUGIN_UNPROVEN'])
  assert.equal(found.digest, digest)
  assert.match(found.error.hint ?? '', new RegExp(`digests: \\[${digest}\\]`))
  assert.equal(existsSync(trace), false)
})

test('what nothing proves takes no name from what is proven and comes later', async (t) => {
  const folder = tempFolder(t)
  for (const name of ['a', 'z']) mkdirSync(join(folder, name))
  const { digest } = writeTracing(join(folder, 'z'), 'same')
  writeServicePlugin(join(folder, 'a'), 'same')
  assert.deepEqual((await discover(t, { path: folder, isTrusted: false, digests: [digest] })).map(inShort), [
    ['same', 'none', 'PLUGIN_UNPROVEN'],
    ['same', 'digest', 'usable'],
  ])
})

test('what the config names by its digest runs, and what only lies beside it does not', async (t) => {
  const folder = tempFolder(t)
  const { digest } = writeTracing(folder, 'pinned')
  writeServicePlugin(folder, 'other')
  const found = await discover(t, { path: folder, isTrusted: false, digests: [digest] })
  assert.deepEqual(found.map(inShort), [
    ['other', 'none', 'PLUGIN_UNPROVEN'],
    ['pinned', 'digest', 'usable'],
  ])
})

test('a program that was replaced since it was found is not run', async (t) => {
  const folder = tempFolder(t)
  const { digest } = writeTracing(folder, 'pinned')
  const [found] = await discover(t, { path: folder, isTrusted: false, digests: [digest] })
  assert.ok(found?.state === 'usable')
  found.plugin.open()[Symbol.dispose]()
  writeServicePlugin(folder, 'pinned')
  const error = expectCode('DIGEST_MISMATCH', () => found.plugin.open())
  assert.equal(error.details.expected, digest)
})

test('a program that is overwritten right after it was digested is digested again', (t) => {
  const folder = tempFolder(t)
  using fresh = openKnowledge(tempFolder(t))
  using later = openKnowledge(tempFolder(t), () => Date.now() + 3_600_000)
  const path = join(folder, 'one')
  const [before, after] = ['#!/bin/sh\necho a\n', '#!/bin/sh\necho b\n']
  for (let tries = 0; tries < 20; tries++)
    for (const text of [before, after]) {
      writeFileSync(path, text, { mode: 0o755 })
      using opened = openPluginFile({ name: 'one', path }, fresh)
      assert.equal(opened.digest, digestOf(text))
    }
  using _ = openPluginFile({ name: 'one', path }, later)
  const identity = identityOf(statSync(path, { bigint: true }))
  assert.deepEqual(
    [fresh, later].map((known) => known.digest(path, identity)),
    [undefined, digestOf(after)],
  )
})

test('a program is asked once, and again when it is another one', async (t) => {
  const folder = tempFolder(t)
  const store = tempFolder(t)
  const { trace } = writeTracing(folder, 'asked')
  assert.equal((await discover(t, trusted(folder), store))[0]?.state, 'usable')
  assert.equal(existsSync(trace), true)
  writeFileSync(trace, '')
  const [again] = await discover(t, trusted(folder), store)
  assert.ok(again?.state === 'usable')
  assert.deepEqual(again.plugin.capabilities.capabilities.length, 1)
  assert.equal(readTrace(), '')
  writeFileSync(join(folder, 'asked'), `#!/bin/sh\necho run >> '${trace}'\n`, { mode: 0o755 })
  const [other] = await discover(t, trusted(folder), store)
  assert.ok(other?.state === 'refused' && isCoded(other.error, 'PLUGIN_FAILED'))
  assert.equal(readTrace(), 'run\n')

  function readTrace(): string {
    return process.getBuiltinModule('node:fs').readFileSync(trace, 'utf8')
  }
})
