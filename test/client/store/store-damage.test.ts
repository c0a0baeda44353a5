// Whatever lies in the place of a file of the store, an install makes it good, and nothing outside of the store is touched.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { collect } from '../../../client/store/collect.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { openStore } from '../../../client/store/open-store.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aMachine, LINUX, one, run } from '../../support/client/client-machine.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import { filesBelow } from '../../support/machine/temp-folder.ts'

const SAYS = 'hello 1.0.0 !\n'
const OUTSIDE = 'the diary of somebody\n'

const isRoot = process.getuid?.() === 0

/** What a carried store, a power cut or a bad disk may leave in the place of a file. */
const DAMAGE: Readonly<Record<string, (path: string, outside: string) => void>> = {
  nothing: (path) => rmSync(path),
  'an empty file': (path) => writeOver(path, ''),
  'bytes that are no text': (path) => writeOver(path, Buffer.from([0xff, 0xfe, 0, 0x80])),
  'zeros, as after a power cut': (path) => writeOver(path, Buffer.alloc(512)),
  'a line of text': (path) => writeOver(path, 'something else\n'),
  'a folder': (path) => {
    rmSync(path)
    mkdirSync(join(path, 'inner'), { recursive: true })
    writeFileSync(join(path, 'inner', 'file'), 'x')
  },
  'a link to a file outside': (path, outside) => {
    rmSync(path)
    symlinkSync(outside, path)
  },
  'a second name of a file outside': (path, outside) => {
    rmSync(path)
    linkSync(outside, path)
  },
  'a link to nowhere': (path) => {
    rmSync(path)
    symlinkSync('/nowhere/at/all', path)
  },
  'a link to an endless device': (path) => {
    rmSync(path)
    symlinkSync('/dev/zero', path)
  },
  'a pipe': (path) => {
    rmSync(path)
    execFileSync('mkfifo', [path])
  },
  ...(isRoot ? { 'a file of another user': (path: string) => chownSync(path, 12_345, 12_345) } : {}),
}

function writeOver(path: string, bytes: string | Buffer): void {
  rmSync(path)
  writeFileSync(path, bytes, { mode: 0o600 })
}

test(`an install makes good whatever lies in the place of a file of the store (${Object.keys(DAMAGE).length} kinds)`, {
  timeout: 400_000,
  skip: process.platform === 'win32' && 'pipes and links',
}, async (t) => {
  const machine = await aMachine(t)
  const { folder, base, install, releases } = machine
  await install()
  const outside = join(folder, 'diary')
  const part = releases[0]?.predicate.platforms[LINUX]?.digest.slice('sha256:'.length) ?? ''
  const files = filesBelow(base.storeRoot).filter((path) => !path.startsWith('v1/trees/'))
  assert.ok(files.length >= 7, files.join())
  let count = 0
  const places = [...files, `v1/parts/${part}`, `v1/parts/${part}.json`]
  for (const [at, file] of places.entries())
    for (const [kind, [what, damage]] of Object.entries(DAMAGE).entries()) {
      // Each kind in a third of the places, each place with a third of the kinds; a folder, which no rename replaces, in all.
      if (!triesEveryCase && what !== 'a folder' && (at + kind) % 3 > 0) continue
      const storeRoot = join(folder, `store-${count++}`)
      cpSync(base.storeRoot, storeRoot, { recursive: true, preserveTimestamps: true })
      writeFileSync(outside, OUTSIDE)
      const path = join(storeRoot, file)
      const isPart = file.startsWith('v1/parts/')
      if (isPart) {
        // Something has to be downloaded for them to be read.
        rmSync(join(storeRoot, 'v1/blobs/sha256', part))
        rmSync(join(storeRoot, 'v1/trees'), { recursive: true })
        writeFileSync(path, '')
      }
      damage(path, outside)
      const says = `${what} in the place of ${file}`
      try {
        assert.equal(run(one((await install({ storeRoot, frozen: true })).executables)), SAYS, says)
      } catch (error) {
        assert.fail(`${says}: ${error}`)
      }
      assert.equal(readFileSync(outside, 'utf8'), OUTSIDE, says)
      assert.deepEqual(filesBelow(join(storeRoot, 'v1/staging')), [], says)
      // What is good now stays so, without a network.
      if (count % 7 === 0) await install({ storeRoot, frozen: true, offline: true })
    }
})

const IN_PLACE_OF_A_TREE: Readonly<Record<string, (path: string, outside: string) => void>> = {
  'a link to a folder outside': (path, outside) => symlinkSync(outside, path),
  'a link to nowhere': (path) => symlinkSync('/nowhere/at/all', path),
  'a file': (path) => writeFileSync(path, 'x'),
  'a pipe': (path) => execFileSync('mkfifo', [path]),
}

test('whatever lies in the place of an unpacked plugin is replaced, and nothing that it leads to is touched', {
  skip: process.platform === 'win32' && 'pipes and links',
}, async (t) => {
  const { folder, base, install } = await aMachine(t)
  await install()
  const { trees } = layoutOf(base.storeRoot)
  const [tree = ''] = readdirSync(trees).map((name) => join(trees, name))
  const outside = join(folder, 'outside')
  mkdirSync(join(outside, 'inner'), { recursive: true })
  for (const path of [outside, join(outside, 'inner')]) chmodSync(path, 0o755)
  for (const [what, put] of Object.entries(IN_PLACE_OF_A_TREE)) {
    rmSync(tree, { recursive: true, force: true })
    put(tree, outside)
    assert.equal(run(one((await install({ frozen: true })).executables)), SAYS, what)
    assert.ok(lstatSync(tree).isDirectory(), what)
    const modes = [outside, join(outside, 'inner')].map((path) => lstatSync(path).mode & 0o777)
    assert.deepEqual(modes, [0o755, 0o755], what)
    assert.deepEqual(readdirSync(trees), [basename(tree)], what)
  }
})

test('refuses a store with an inner folder that others can write, before anything in it is read', async (t) => {
  const { base, install } = await aMachine(t)
  await install()
  const { blobs, releases, trees, memos, warm, proven, parts, documents, seen, knownLocks, locks, staging } = layoutOf(
    base.storeRoot,
  )
  for (const folder of [
    blobs,
    releases,
    trees,
    memos,
    warm,
    proven,
    parts,
    documents,
    seen,
    knownLocks,
    locks,
    staging,
  ]) {
    chmodSync(folder, 0o777)
    await expectCodeAsync('STORE_UNSAFE', () => install())
    chmodSync(folder, 0o700)
  }
  await install()
})

test('refuses a store with an inner folder that leads elsewhere, where its collector would remove what lies there', async (t) => {
  const { base, folder, install } = await aMachine(t)
  await install()
  const outside = join(folder, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'file'), OUTSIDE)
  const layout = layoutOf(base.storeRoot)
  const { blobs, trees, parts, documents, warm, staging, used, locked, locks } = layout
  const folders = [layout.base, join(blobs, '..'), trees, parts, documents, warm, staging, used, locked, locks]
  for (const inner of folders) {
    if (lstatSync(inner, { throwIfNoEntry: false })) renameSync(inner, `${inner}.kept`)
    symlinkSync(outside, inner)
    const collectAll = async () => await collect(openStore(base.storeRoot), { now: Date.now() + 1_000, minAgeMs: 0 })
    for (const ask of [install, collectAll]) await expectCodeAsync('STORE_UNSAFE', ask)
    assert.deepEqual(filesBelow(outside), ['file'], inner)
    rmSync(inner)
    if (lstatSync(`${inner}.kept`, { throwIfNoEntry: false })) renameSync(`${inner}.kept`, inner)
  }
  await install()
})

test('collects trees, memos and lists that an earlier octo named otherwise, and leaves its own', async (t) => {
  const { base, install, releases } = await aMachine(t)
  await install()
  const layout = layoutOf(base.storeRoot)
  const kept = filesBelow(layout.trees)
  const hex = releases[0]?.predicate.platforms[LINUX]?.digest.slice('sha256:'.length) ?? ''
  const old = [
    join(layout.trees, hex),
    join(layout.memos, `${hex}-hello.json`),
    join(layout.memos, `${hex}-.json`),
    join(layout.base, 'contents', `${hex}.json`),
  ]
  mkdirSync(join(layout.base, 'contents'))
  mkdirSync(old[0] as string)
  for (const path of old.slice(1)) writeFileSync(path, '{}')
  await collect(layout, { now: Date.now() + 1_000, minAgeMs: 0 })
  for (const path of old) assert.equal(lstatSync(path, { throwIfNoEntry: false }), undefined, path)
  assert.deepEqual(filesBelow(layout.trees), kept)
  assert.equal(run(one((await install({ frozen: true, offline: true })).executables)), SAYS)
})
