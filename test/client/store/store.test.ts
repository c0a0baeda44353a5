import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { checkArtifact, requireGood } from '../../../client/store/check.ts'
import { collect } from '../../../client/store/collect.ts'
import { statOf } from '../../../client/store/identity.ts'
import { noteLockfile } from '../../../client/store/known-locks.ts'
import type { StoredArtifact } from '../../../client/store/layout.ts'
import { isRemembered, remember } from '../../../client/store/memo.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { openPart } from '../../../client/store/parts.ts'
import { storeRootOf } from '../../../client/store/root.ts'
import { noteSeenSerial, readSeenSerial } from '../../../client/store/seen.ts'
import { linkRaw, stageTree } from '../../../client/store/trees.ts'
import { verifyStore } from '../../../client/store/verify-store.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { inPieces } from '../../support/archive-builder.ts'
import { expectCode, expectCodeAsync } from '../../support/expect-code.ts'
import { filesBelow, tempFolder } from '../../support/temp-folder.ts'
import { aScript } from '../../support/test-authority.ts'
import { until } from '../../support/until.ts'

const script = aScript()
const raw: StoredArtifact = { digest: digestOf(script), size: script.length, format: 'raw', executable: 'hello' }
const tree: StoredArtifact = { digest: digestOf('a tarball'), size: 9, format: 'tar.gz', executable: 'bin/run' }

const aStore = (context: TestContext) => openStore(join(tempFolder(context), 'store'))

async function putRaw(layout: ReturnType<typeof openStore>) {
  const part = openPart(layout, raw.digest)
  part.restart({ url: 'x' })
  part.write(script)
  await part.commit(0o555)
  linkRaw(layout, raw)
  return join(layout.tree(raw.digest), 'hello')
}

async function putTree(layout: ReturnType<typeof openStore>) {
  const staged = stageTree(layout, tree)
  await staged.onFile({ path: 'bin/run', executable: false }, inPieces(script))
  await staged.onFile({ path: 'lib/data', executable: false }, inPieces(Buffer.from('data')))
  staged.publish()
  return layout.tree(tree.digest)
}

/** Files are remembered once they are older than the coarsest clock of a file system. */
async function remembered(layout: ReturnType<typeof openStore>, artifact: StoredArtifact) {
  await until(() => checkArtifact(layout, artifact).state === 'good' && isRemembered(layout, artifact))
}

test('finds its root from the environment', () => {
  assert.equal(storeRootOf({ OCTO_HOME: '/o', XDG_CACHE_HOME: '/x', HOME: '/h' }, 'linux'), '/o')
  assert.equal(storeRootOf({ XDG_CACHE_HOME: '/x', HOME: '/h' }, 'linux'), '/x/octo')
  assert.equal(storeRootOf({ XDG_CACHE_HOME: 'relative', HOME: '/h' }, 'linux'), '/h/.cache/octo')
  assert.equal(storeRootOf({ HOME: '/h' }, 'darwin'), '/h/Library/Caches/octo')
})

test('refuses a store that others can write', (context) => {
  const root = tempFolder(context)
  chmodSync(root, 0o777)
  expectCode('STORE_UNSAFE', () => openStore(root))
  chmodSync(root, 0o700)
  const layout = openStore(root)
  assert.equal(lstatSync(layout.base).mode & 0o777, 0o700)
  chmodSync(layout.base, 0o770)
  expectCode('STORE_UNSAFE', () => openStore(root))
})

test('stores a raw artifact read-only and executable under its own name', async (context) => {
  const layout = aStore(context)
  const path = await putRaw(layout)
  assert.deepEqual(readFileSync(path), script)
  assert.equal(statSync(path).mode & 0o777, 0o555)
  assert.equal(checkArtifact(layout, raw).state, 'good')
  assert.deepEqual(filesBelow(layout.parts), [])
  assert.deepEqual(filesBelow(layout.staging), [])
})

test('unpacks into staging and shows a tree only as a whole', async (context) => {
  const layout = aStore(context)
  const staged = stageTree(layout, tree)
  await staged.onFile({ path: 'bin/run', executable: false }, inPieces(script))
  assert.equal(checkArtifact(layout, tree).state, 'absent')
  staged.discard()
  assert.deepEqual(filesBelow(layout.trees), [])
  const root = await putTree(layout)
  assert.equal(statSync(join(root, 'bin/run')).mode & 0o777, 0o555)
  assert.equal(statSync(join(root, 'lib/data')).mode & 0o777, 0o444)
  assert.equal(statSync(root).mode & 0o777, 0o555)
  assert.equal(checkArtifact(layout, tree).state, 'good')
})

test('remembers no file that is too young for its times to tell every change', async (context) => {
  const layout = aStore(context)
  const stat = statOf(await putRaw(layout))
  assert(stat)
  const stats = new Map([['hello', stat]])
  const changedAt = Math.ceil(Number(stat.ctimeNs) / 1e6)
  remember(layout, raw, { since: changedAt + 5, stats })
  assert(!isRemembered(layout, raw))
  remember(layout, raw, { since: changedAt + 100, stats })
  assert(isRemembered(layout, raw))
})

test('what was remembered before the machine started counts for nothing', async (context) => {
  const layout = aStore(context)
  await putRaw(layout)
  await remembered(layout, raw)
  const memo = readFileSync(layout.memo(raw), 'utf8')
  writeFileSync(layout.memo(raw), JSON.stringify({ ...JSON.parse(memo), boot: 'an earlier one' }))
  assert(!isRemembered(layout, raw))
})

test('remembers settled files and forgets them with any change', async (context) => {
  const layout = aStore(context)
  const path = await putRaw(layout)
  await remembered(layout, raw)
  const { atime, mtime } = statSync(path)
  chmodSync(path, 0o755)
  const flipped = Buffer.from(script)
  flipped[10] = (flipped[10] ?? 0) ^ 1
  writeFileSync(path, flipped)
  chmodSync(path, 0o555)
  utimesSync(path, atime, mtime)
  assert(!isRemembered(layout, raw))
  assert.equal(checkArtifact(layout, raw).state, 'corrupt')
  expectCode('STORE_CORRUPT', () => requireGood(layout, raw, 'hello'))
})

test('finds a file that was swapped by rename', async (context) => {
  const layout = aStore(context)
  const path = await putRaw(layout)
  await remembered(layout, raw)
  writeFileSync(join(layout.staging, 'evil'), aScript('evil'))
  renameSync(join(layout.staging, 'evil'), path)
  expectCode('STORE_CORRUPT', () => requireGood(layout, raw, 'hello'))
})

test('finds changed, added and missing files of a tree, remembered or not', async (context) => {
  const changes: Record<string, (root: string) => void> = {
    changed: (root) => {
      chmodSync(join(root, 'lib/data'), 0o644)
      writeFileSync(join(root, 'lib/data'), 'atad')
    },
    added: (root) => writeFileSync(join(root, 'lib/evil.js'), 'evil'),
    missing: (root) => rmSync(join(root, 'lib/data')),
    folder: (root) => mkdirSync(join(root, 'lib/node_modules')),
  }
  for (const [name, change] of Object.entries(changes))
    for (const wasRemembered of [true, false]) {
      const layout = openStore(join(tempFolder(context), 'store'))
      const root = await putTree(layout)
      if (wasRemembered) await remembered(layout, tree)
      else rmSync(layout.memo(tree), { force: true })
      chmodSync(root, 0o755)
      chmodSync(join(root, 'lib'), 0o755)
      change(root)
      assert.equal(checkArtifact(layout, tree).state, 'corrupt', name)
    }
})

test('treats damaged records as absent, never as good', async (context) => {
  const layout = aStore(context)
  await putTree(layout)
  for (const damaged of ['', '{', '[]', '[{}]', 'null']) {
    writeFileSync(layout.content(tree.digest), damaged)
    assert.equal(checkArtifact(layout, tree).state, 'absent')
  }
  writeFileSync(layout.memo(tree), '{"boot":')
  assert.equal(checkArtifact(layout, tree).state, 'absent')
})

test('replaces a broken tree by the whole one', async (context) => {
  const layout = aStore(context)
  const root = await putTree(layout)
  chmodSync(join(root, 'lib'), 0o755)
  rmSync(join(root, 'lib/data'))
  await putTree(layout)
  assert.equal(checkArtifact(layout, tree).state, 'good')
  assert.deepEqual(filesBelow(layout.trees), [`${tree.digest.slice(7)}/bin/run`, `${tree.digest.slice(7)}/lib/data`])
})

test('keeps a broken-off download with its origin and continues it', async (context) => {
  const layout = aStore(context)
  const first = openPart(layout, raw.digest)
  first.restart({ url: 'http://a/x', etag: '"1"' })
  first.write(script.subarray(0, 5))
  first.keep()
  const second = openPart(layout, raw.digest)
  assert.equal(second.size, 5)
  assert.deepEqual(second.origin, { url: 'http://a/x', etag: '"1"' })
  const existing: Buffer[] = []
  for await (const chunk of second.existing()) existing.push(Buffer.from(chunk))
  assert.deepEqual(Buffer.concat(existing), script.subarray(0, 5))
  second.write(script.subarray(5))
  await second.commit(0o444)
  assert.deepEqual(readFileSync(layout.blob(raw.digest)), script)
  const third = openPart(layout, raw.digest)
  third.write(script)
  third.discard()
  assert.deepEqual(filesBelow(layout.parts), [])
})

test('collects what no known lockfile names, after a while', async (context) => {
  const layout = aStore(context)
  await putRaw(layout)
  await putTree(layout)
  const lockPath = join(tempFolder(context), 'octo.lock')
  const platforms = { any: { file: 'f', digest: tree.digest, size: 9, format: 'tar.gz' } }
  const plugin = { repo: 'core', url: 'x', registryRepo: 'core', plugin: 'p', version: '1.0.0', ranges: [], serial: 1 }
  const plugins = { 'core/p': { ...plugin, signer: 'unsigned', platforms } }
  writeFileSync(lockPath, JSON.stringify({ format: 'octo.lock/v1', plugins }))
  noteLockfile(layout, lockPath)
  assert.deepEqual(await collect(layout, { now: Date.now() }), [])
  const later = Date.now() + 25 * 3600 * 1000
  const planned = await collect(layout, { now: later, dryRun: true })
  assert(existsSync(layout.blob(raw.digest)))
  assert.deepEqual(await collect(layout, { now: later }), planned)
  assert(!existsSync(layout.blob(raw.digest)) && !existsSync(layout.tree(raw.digest)))
  assert.equal(checkArtifact(layout, tree).state, 'good')
  rmSync(lockPath)
  await collect(layout, { now: later })
  assert.deepEqual(filesBelow(layout.trees), [])
})

test('collects nothing while a lockfile cannot be read', async (context) => {
  const layout = aStore(context)
  await putRaw(layout)
  const lockPath = join(tempFolder(context), 'octo.lock')
  writeFileSync(lockPath, 'damaged')
  noteLockfile(layout, lockPath)
  await expectCodeAsync('JSON_INVALID', () => collect(layout, { now: Date.now() + 25 * 3600 * 1000 }))
  assert(existsSync(layout.blob(raw.digest)))
})

test('reports every damaged blob and tree', async (context) => {
  const layout = aStore(context)
  const path = await putRaw(layout)
  const root = await putTree(layout)
  assert.deepEqual(verifyStore(layout), { checked: 2, problems: [] })
  chmodSync(path, 0o755)
  writeFileSync(path, 'damaged')
  chmodSync(join(root, 'lib/data'), 0o644)
  writeFileSync(join(root, 'lib/data'), 'atad')
  assert.equal(verifyStore(layout).problems.length, 2)
})

test('never forgets the highest serial', (context) => {
  const layout = aStore(context)
  assert.equal(readSeenSerial(layout, 'u'), 0)
  noteSeenSerial(layout, 'u', 7)
  noteSeenSerial(layout, 'u', 6)
  assert.equal(readSeenSerial(layout, 'u'), 7)
})
