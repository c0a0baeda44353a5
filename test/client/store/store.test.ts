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
import { compareTree, requireGood } from '../../../client/store/check.ts'
import { collect } from '../../../client/store/collect.ts'
import { statOf } from '../../../client/store/identity.ts'
import { noteLockfile } from '../../../client/store/known-projects.ts'
import type { TreeKey } from '../../../client/store/layout.ts'
import { isSettled, remember, rememberedFiles } from '../../../client/store/memo.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { openPart } from '../../../client/store/parts.ts'
import { acceptSerial, noteSeenSerial, readSeenSerial } from '../../../client/store/seen.ts'
import type { StoredArtifact, StoredFile } from '../../../client/store/stored-artifact.ts'
import { linkRaw, stageTree } from '../../../client/store/unpacked.ts'
import { verifyStore } from '../../../client/store/verify-store.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { inPieces, tarballOf } from '../../support/builders/archive-builder.ts'
import { aScript } from '../../support/builders/test-authority.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { until } from '../../support/machine/until.ts'

const script = aScript()
const keyOf = (text: string, format: 'raw' | 'tar.gz') =>
  `${digestOf(text).slice(7)}-${format}-${'0'.repeat(32)}` as TreeKey
const raw: StoredArtifact = {
  key: keyOf(script.toString(), 'raw'),
  ...{ digest: digestOf(script), size: script.length, format: 'raw', executable: 'hello' },
}
const tree: StoredArtifact = {
  key: keyOf('a tarball', 'tar.gz'),
  ...{ digest: digestOf('a tarball'), size: 9, format: 'tar.gz', executable: 'bin/run' },
}
const rawFiles: readonly StoredFile[] = [{ path: 'hello', size: script.length, digest: digestOf(script) }]
const treeFiles: readonly StoredFile[] = [
  { path: 'bin/run', size: script.length, digest: digestOf(script) },
  { path: 'lib/data', size: 4, digest: digestOf('data') },
]
const filesOf = (artifact: StoredArtifact) => (artifact === raw ? rawFiles : treeFiles)
const stateOf = (layout: ReturnType<typeof openStore>, artifact: StoredArtifact) =>
  compareTree(layout, artifact, filesOf(artifact)).state

const aStore = (context: TestContext) => openStore(join(tempFolder(context), 'store'))

async function putRaw(layout: ReturnType<typeof openStore>) {
  const part = openPart(layout, raw.digest)
  part.restart({ url: 'x' })
  part.write(script)
  await part.commit(0o555)
  linkRaw(layout, raw)
  return join(layout.tree(raw.key), 'hello')
}

async function putTree(layout: ReturnType<typeof openStore>) {
  const staged = stageTree(layout, tree)
  await staged.onFile({ path: 'bin/run', executable: false }, inPieces(script))
  await staged.onFile({ path: 'lib/data', executable: false }, inPieces(Buffer.from('data')))
  staged.publish()
  return layout.tree(tree.key)
}

/** Files are remembered once they are older than the coarsest clock of a file system. */
async function remembered(layout: ReturnType<typeof openStore>, artifact: StoredArtifact) {
  await until(() => stateOf(layout, artifact) === 'good' && rememberedFiles(layout, artifact) !== undefined)
}

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
  assert.equal(stateOf(layout, raw), 'good')
  assert.deepEqual(filesBelow(layout.parts), [])
  assert.deepEqual(filesBelow(layout.staging), [])
})

test('unpacks into staging and shows a tree only as a whole', async (context) => {
  const layout = aStore(context)
  const staged = stageTree(layout, tree)
  await staged.onFile({ path: 'bin/run', executable: false }, inPieces(script))
  assert.equal(stateOf(layout, tree), 'absent')
  staged.discard()
  assert.deepEqual(filesBelow(layout.trees), [])
  const root = await putTree(layout)
  assert.equal(statSync(join(root, 'bin/run')).mode & 0o777, 0o555)
  assert.equal(statSync(join(root, 'lib/data')).mode & 0o777, 0o444)
  assert.equal(statSync(root).mode & 0o777, 0o555)
  assert.equal(stateOf(layout, tree), 'good')
})

test('remembers no file that is too young for its times to tell every change', async (context) => {
  const layout = aStore(context)
  const stat = statOf(await putRaw(layout))
  assert(stat)
  const stats = new Map([
    ['hello', stat],
    ['.', statOf(layout.tree(raw.key)) ?? stat],
  ])
  remember(layout, raw, { since: stat.ctimeNs + 5_000_000n, stats }, rawFiles)
  assert(!rememberedFiles(layout, raw))
  remember(layout, raw, { since: undefined, stats }, rawFiles)
  assert(!rememberedFiles(layout, raw))
  remember(layout, raw, { since: stat.ctimeNs + 4_000_000_000n, stats }, rawFiles)
  assert.deepEqual(rememberedFiles(layout, raw), rawFiles)
})

test('waits longer where the file system rounds its times', () => {
  const second = 1_700_000_000_000_000_000n
  const cases: readonly (readonly [what: string, ctimeNs: bigint, laterMs: number, isSettled: boolean])[] = [
    ['nanoseconds, at once', second + 123_456_789n, 0, false],
    ['nanoseconds, within a step', second + 123_456_789n, 19, false],
    ['nanoseconds, after it', second + 123_456_789n, 20, true],
    ['whole seconds, within the second', second, 120, false],
    ['whole seconds, the next one', second, 1_000, false],
    ['pairs of seconds, within them', second, 2_000, false],
    ['whole seconds, after the margin', second, 3_000, true],
    ['hundredths, within the margin', second + 10_000_000n, 500, false],
    ['milliseconds, within the margin', second + 1_000_000n, 2_999, false],
    ['microseconds count as fine', second + 1_000n, 20, true],
    ['from the future', second + 123_456_789n, -60_000, false],
  ]
  for (const [what, ctimeNs, laterMs, expected] of cases)
    assert.equal(isSettled(ctimeNs, ctimeNs + BigInt(laterMs) * 1_000_000n), expected, what)
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
  assert(!rememberedFiles(layout, raw))
  assert.equal(stateOf(layout, raw), 'corrupt')
  expectCode('STORE_CORRUPT', () => requireGood(layout, raw, { name: 'hello', files: rawFiles }))
})

test('finds a file that was swapped by rename', async (context) => {
  const layout = aStore(context)
  const path = await putRaw(layout)
  await remembered(layout, raw)
  writeFileSync(join(layout.staging, 'evil'), aScript('evil'))
  renameSync(join(layout.staging, 'evil'), path)
  expectCode('STORE_CORRUPT', () => requireGood(layout, raw, { name: 'hello', files: rawFiles }))
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
      else rmSync(layout.memo(tree.key), { force: true })
      chmodSync(root, 0o755)
      chmodSync(join(root, 'lib'), 0o755)
      change(root)
      assert.equal(stateOf(layout, tree), 'corrupt', name)
    }
})

test('replaces a broken tree by the whole one', async (context) => {
  const layout = aStore(context)
  const root = await putTree(layout)
  chmodSync(join(root, 'lib'), 0o755)
  rmSync(join(root, 'lib/data'))
  await putTree(layout)
  assert.equal(stateOf(layout, tree), 'good')
  assert.deepEqual(filesBelow(layout.trees), [`${tree.key}/bin/run`, `${tree.key}/lib/data`])
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
  assert(!existsSync(layout.blob(raw.digest)) && !existsSync(layout.tree(raw.key)))
  assert.equal(stateOf(layout, tree), 'good')
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
  const bytes = tarballOf([{ path: 'run', content: script, mode: 0o755 }])
  const digest = digestOf(bytes)
  const packed: StoredArtifact = {
    key: `${digest.slice(7)}-tar.gz-${'0'.repeat(32)}` as TreeKey,
    ...{ digest, size: bytes.length, format: 'tar.gz', executable: 'run' },
  }
  writeFileSync(layout.blob(digest), bytes)
  const staged = stageTree(layout, packed)
  await staged.onFile({ path: 'run', executable: true }, inPieces(script))
  staged.publish()
  const path = await putRaw(layout)
  assert.deepEqual(await verifyStore(layout), { checked: 4, problems: [] })
  const root = layout.tree(packed.key)
  chmodSync(root, 0o755)
  writeFileSync(join(root, 'evil'), 'evil')
  assert.deepEqual(
    (await verifyStore(layout)).problems.map(({ problem }) => problem),
    ['`evil` was added'],
  )
  chmodSync(path, 0o755)
  writeFileSync(path, 'damaged')
  // The raw blob and its tree are one file.
  assert.equal((await verifyStore(layout)).problems.length, 3)
})

test('forgets the highest serial only when a person accepts a lower one', (context) => {
  const layout = aStore(context)
  assert.equal(readSeenSerial(layout, 'u'), 0)
  noteSeenSerial(layout, 'u', 7)
  noteSeenSerial(layout, 'u', 6)
  assert.equal(readSeenSerial(layout, 'u'), 7)
  acceptSerial(layout, 'u', 2)
  assert.equal(readSeenSerial(layout, 'u'), 2)
})
