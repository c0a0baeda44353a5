// The data directory may be reached by a link, and holds none: what is written in it is nobody else's.
import assert from 'node:assert/strict'
import {
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { holdsRegistry, makeDataFolder } from '../../../registry/data-dir/folder.ts'
import { dataPaths, lockPath } from '../../../registry/data-dir/paths.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { aRelease } from '../../support/builders/test-authority.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'
import { publishRelease } from '../../support/publisher/publish-release.ts'
import { untilStill } from '../../support/registry/still-registry.ts'
import { startTestRegistry } from '../../support/registry/test-registry.ts'

const FOLDERS = ['blobs', 'blobs/sha256', 'trash', 'uploads', 'staging', 'tree', 'private-staging', 'private-tree']
const FILES = ['octo.db', 'octo.db-wal', 'octo.db-shm', 'audit-head.json', 'base-url', 'component-domain']

test('a registry follows no link below its data directory, and leaves what it leads to alone', (t) => {
  const [data, outside] = [join(tempFolder(t), 'data'), tempFolder(t)]
  makeDataFolder(data)
  for (const place of [...FOLDERS, ...FILES, 'tree.json']) {
    const path = join(data, place)
    const [target, isFolder] = [join(outside, 'theirs'), FOLDERS.includes(place)]
    if (isFolder) mkdirSync(target)
    else writeFileSync(target, '')
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path)
    for (const open of [makeDataFolder, ...(place === 'octo.db' ? [holdsRegistry] : [])]) {
      const { message, details } = expectCode('IO_FAILED', () => open(data))
      assert.deepEqual(details, { path })
      assert.match(message, /is a symbolic link, and a registry follows none below its data directory$/)
    }
    assert.deepEqual(readdirSync(outside), ['theirs'], place)
    if (isFolder) assert.deepEqual(readdirSync(target), [])
    rmSync(path)
    rmSync(target, { recursive: true })
  }
})

test('all that a registry makes in its data directory is looked at, but for the lock file', async (t) => {
  const registry = await startTestRegistry(t, { baseUrl: 'https://plugins.example' })
  assert.equal((await publishRelease(registry, await aRelease(registry.key))).status, 201)
  await registry.setVisibility('core', 'private')
  // What is being written has a name of its own until it is whole.
  await untilStill(registry)
  const known = new Set(dataPaths(registry.dataDir))
  const found = readdirSync(registry.dataDir).map((name) => join(registry.dataDir, name))
  await registry.stop()
  assert.ok(found.length > 8)
  assert.deepEqual(
    found.filter((path) => !known.has(path)),
    [lockPath(registry.dataDir)],
  )
})

test('a link that leads to nothing is one, too: what is made would be made elsewhere', (t) => {
  const data = tempFolder(t)
  symlinkSync(join(data, 'gone'), join(data, 'uploads'))
  expectCode('IO_FAILED', () => makeDataFolder(data))
  assert.equal(existsSync(join(data, 'gone')), false)
})

test('every command works on a data directory that is itself reached by a link, and refuses links in it', async (t) => {
  const folder = tempFolder(t)
  const [real, data] = [join(folder, 'real'), join(folder, 'data')]
  mkdirSync(real)
  symlinkSync(real, data)
  const octo = (...words: string[]) => typeOcto(['registry', ...words, '--data', data])
  assert.equal((await octo('repo', 'create', 'core')).code, 0)
  assert.equal((await octo('fsck')).code, 0)
  renameSync(join(real, 'blobs'), join(folder, 'elsewhere'))
  symlinkSync(join(folder, 'elsewhere'), join(real, 'blobs'))
  const before = filesBelow(folder)
  for (const words of [['repo', 'list'], ['fsck'], ['gc']]) {
    const { code, stderr } = await octo(...words)
    assert.equal(code, 74, words.join(' '))
    assert.match(stderr, /blobs` is a symbolic link/)
  }
  assert.deepEqual(filesBelow(folder), before)
})

const skip = process.geteuid?.() !== 0 && 'only root can write to the data of another user'

test('root works on no data of another user: what it wrote there the registry could not read', { skip }, async (t) => {
  const folder = tempFolder(t)
  const data = join(folder, 'data')
  const octo = (...words: string[]) => typeOcto(['registry', ...words, '--data', data])
  assert.equal((await octo('repo', 'create', 'core')).code, 0)
  for (const path of ['', ...filesBelow(data)]) lchownSync(join(data, path), NOBODY, NOBODY)
  const before = filesBelow(folder)
  const lines = [
    ['repo', 'create', 'x'],
    ['token', 'create', '--name', 'x', '--scope', 'core/*'],
    ['serve', '--port', '0'],
    ['fsck'],
    ['gc'],
  ]
  for (const words of lines) {
    const { code, stderr } = await octo(...words)
    assert.equal(code, 74, `${words.join(' ')}\n${stderr}`)
    assert.match(stderr, /is that of the user with the number 65534, expected the one who works on it, 0/)
    assert.match(stderr, /sudo -u '#65534'/)
  }
  assert.deepEqual(filesBelow(folder), before)
})

test('root makes no registry in the folder of another user', { skip }, async (t) => {
  const data = tempFolder(t)
  chownSync(data, NOBODY, NOBODY)
  const { code } = await typeOcto(['registry', 'repo', 'create', 'core', '--data', data])
  assert.equal(code, 74)
  assert.deepEqual(readdirSync(data), [])
})

const NOBODY = 65_534
