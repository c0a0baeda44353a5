// file-input, asked as a host asks it; its archives are read by `tar` and compared.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { extract } from 'tar'
import { readFileBytes } from '../../../plugins/ocm/bytes/read-file.ts'
import { plugin } from '../../../plugins/ocm/file-input/plugin.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { testPlugin } from '../../../sdk/service/index.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'

type Input = { readonly type: string; readonly [key: string]: unknown }

async function scene(t: test.TestContext, config?: Readonly<Record<string, unknown>>) {
  const folder = tempFolder(t)
  const running = await testPlugin(plugin, {
    config: config ? [{ type: 'file-input.config/v1', ...config }] : [],
  })
  t.after(() => running.stop())
  const process = async (input: Input) => {
    const resource = {
      name: 'r',
      version: '1.0.0',
      type: 'plain',
      relation: 'local',
      labels: [{ name: 'l', value: 1 }],
    }
    return await running.call('inputRepository', 'processResource', { resource: { ...resource, input, options: {} } })
  }
  const archived = async (path: string, more = {}) =>
    readFileSync((await process({ type: 'DirectoryInput/v1', path, ...more })).location.value)
  return { folder, running, process, archived }
}

/** `name` → content; a name that ends in `/` is a folder, and content `→ TARGET` a link. */
function plant(folder: string, entries: Readonly<Record<string, string>>): string {
  for (const [name, content] of Object.entries(entries)) {
    const path = join(folder, name)
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (content.startsWith('→ ')) symlinkSync(content.slice(2), path)
    else if (!name.endsWith('/')) writeFileSync(path, content)
  }
  return folder
}

async function unpacked(t: test.TestContext, bytes: Buffer): Promise<string> {
  const cwd = tempFolder(t)
  writeFileSync(join(cwd, '..tar'), bytes)
  await extract({ cwd, file: join(cwd, '..tar'), strict: true })
  return cwd
}

test('a file is handed over as it is, named by its digest', async (t) => {
  const { folder, process, running } = await scene(t)
  plant(folder, { 'a file': 'content', link: '→ a file' })
  for (const name of ['a file', 'link']) {
    const { resource, location } = await process({
      type: 'FileInput/v1',
      path: join(folder, name),
      mediaType: 'text/plain',
    })
    assert.equal(readFileSync(location.value, 'utf8'), 'content')
    assert.equal(lstatSync(location.value).mode & 0o777, 0o600)
    const localReference = digestOf(Buffer.from('content'))
    assert.deepEqual(resource, {
      ...{ name: 'r', version: '1.0.0', type: 'plain', relation: 'local', labels: [{ name: 'l', value: 1 }] },
      access: { type: 'localBlob/v1', localReference, mediaType: 'text/plain' },
    })
  }
  const source = {
    name: 's',
    version: '1.0.0',
    type: 'git',
    input: { type: 'FileInput', path: join(folder, 'a file') },
  }
  const made = await running.call('inputRepository', 'processSource', { source })
  assert.deepEqual([made.source.name, made.location.mediaType], ['s', 'application/octet-stream'])
})

const TREE = {
  'b.txt': 'b',
  'a/long/': '',
  'a/x.sh': '#!/bin/sh\n',
  'a.txt': '',
  [`deep/${'n'.repeat(120)}/ü.txt`]: 'x'.repeat(700),
  'to-a': '→ a/x.sh',
  'deep/back': '→ ../a',
}

test('a folder gives the same archive whenever and wherever it is packed', async (t) => {
  const { folder, archived } = await scene(t)
  const names = Object.entries(TREE)
  const [one, other] = [
    plant(join(folder, 'one'), TREE),
    plant(join(folder, 'other'), Object.fromEntries([...names].reverse())),
  ]
  for (const each of [one, other]) chmodSync(join(each, 'a/x.sh'), 0o755)
  // What differs between two checkouts and is not content.
  chmodSync(join(other, 'b.txt'), 0o600)
  chmodSync(join(other, 'a'), 0o700)
  utimesSync(join(other, 'b.txt'), 1, 1)
  const bytes = await archived(one)
  assert.deepEqual(await archived(other), bytes)
  assert.equal(digestOf(bytes), FROZEN)
  const out = await unpacked(t, bytes)
  assert.equal(readFileSync(join(out, 'deep', 'n'.repeat(120), 'ü.txt'), 'utf8'), 'x'.repeat(700))
  assert.deepEqual([readlinkSync(join(out, 'to-a')), readlinkSync(join(out, 'deep/back'))], ['a/x.sh', '../a'])
  assert.ok(existsSync(join(out, 'a/long')))
  const modes = ['a/x.sh', 'b.txt'].map((name) => lstatSync(join(out, name)).mode & 0o111)
  assert.deepEqual(modes.map(Boolean), [true, false])
})

/** Whoever changes the archive changes the digest of every resource that was made of a folder. */
const FROZEN = 'sha256:f37c56424ce415db4b3ecb0ab05fb95dfe3de8f76e6caaa4c466d4c0b182c999'

test('other readers of tar find the same in an archive', async (t) => {
  const { folder, archived } = await scene(t)
  const bytes = await archived(plant(folder, TREE))
  const cwd = tempFolder(t)
  execFileSync('tar', ['-xf', '-'], { cwd, input: bytes })
  assert.deepEqual(filesBelow(cwd), filesBelow(folder))
})

test('what is excluded is left out, and the folder itself is kept where that is asked for', async (t) => {
  const { folder, archived } = await scene(t)
  const chart = plant(join(folder, 'chart'), {
    'keep.txt': '1',
    '.git/x': '1',
    'sub/.git': '1',
    'sub/a/b': '1',
    'a/b': '1',
  })
  const exclude = ['.git', 'sub/a']
  const out = await unpacked(t, await archived(chart, { exclude, preserveFolder: true }))
  assert.deepEqual(filesBelow(join(out, 'chart')), ['a/b', 'keep.txt'])
  assert.deepEqual(readdirSync(out).sort(), ['..tar', 'chart'])
})

const LINKS: readonly (readonly [what: string, tree: Readonly<Record<string, string>>, bad: string])[] = [
  ['an absolute one', { x: '→ /etc/passwd' }, 'x'],
  ['an absolute one to itself', { f: '1', x: '→ FOLDER/f' }, 'x'],
  ['one above the folder', { x: '→ ../outside' }, 'x'],
  ['one that comes back by the name of the folder', { f: '1', x: '→ ../in/f' }, 'x'],
  ['one to nothing', { x: '→ nothing' }, 'x'],
  ['one to itself', { x: '→ x' }, 'x'],
  ['one to the folder', { 'd/x': '→ ..' }, 'd/x'],
  ['one that leads out behind another', { 'd/top': '→ ../d/e', 'd/e/': '', x: '→ d/top/../../../outside' }, 'x'],
  ['one whose `..` stands behind a link', { 'd/e/f/': '', l: '→ d/e/f', d2: '1', x: '→ l/../../../outside' }, 'x'],
  ['one to what is excluded', { 'skip/f': '1', x: '→ skip/f' }, 'x'],
  ['one by one that is excluded', { f: '1', skip: '→ f', x: '→ skip' }, 'x'],
]

for (const [what, tree, bad] of LINKS)
  test(`a folder leads out of its folder by no link: ${what}`, async (t) => {
    const { folder, archived } = await scene(t)
    const root = plant(
      join(folder, 'in'),
      Object.fromEntries(
        Object.entries(tree).map(([name, content]) => [name, content.replace('FOLDER', join(folder, 'in'))]),
      ),
    )
    writeFileSync(join(folder, 'outside'), 'secret')
    await assert.rejects(archived(root, { exclude: ['skip'] }), {
      status: 422,
      message: new RegExp(`^\`${bad}\` is a link to `),
    })
  })

test('special files, too much, and what is none of both are refused, and nothing of it is left', async (t) => {
  const { folder, process, archived } = await scene(t, { maxBytes: 10, maxEntries: 3 })
  const at = (name: string, tree: Readonly<Record<string, string>>) => plant(join(folder, name), tree)
  await archived(at('fits', { a: '12345', b: '67890' }))
  await assert.rejects(archived(at('large', { a: '12345', b: '678901' })), {
    status: 413,
    message: /more than 10 bytes/,
  })
  await assert.rejects(archived(at('many', { a: '', b: '', c: '', d: '' })), {
    status: 413,
    message: /more than 3 entries/,
  })
  const file = (path: string) => process({ type: 'FileInput/v1', path })
  writeFileSync(join(folder, 'eleven'), '12345678901')
  await assert.rejects(file(join(folder, 'eleven')), { status: 413 })
  await assert.rejects(file(join(folder, 'fits')), { status: 422, message: /no regular file/ })
  await assert.rejects(archived(join(folder, 'eleven')), { status: 422, message: /no folder/ })
  await assert.rejects(file(join(folder, 'nothing')), { status: 404 })
  await assert.rejects(file('relative'), { status: 400, message: /expected an absolute path, or a `root`/ })
  execFileSync('mkfifo', [join(folder, 'pipe'), join(folder, 'fits', 'pipe')])
  await assert.rejects(file(join(folder, 'pipe')), { status: 422, message: /no regular file/ })
  await assert.rejects(archived(join(folder, 'fits')), {
    status: 422,
    message: /neither a file nor a folder nor a link/,
  })
  const own = dirname((await file(join(at('one', { a: '1' }), 'a'))).location.value)
  assert.deepEqual(readdirSync(own).filter((name) => name !== 's').length, 2, 'the files of the two answers')
})

test('below a configured folder no path leads out of it', async (t) => {
  const folder = tempFolder(t)
  const root = plant(join(folder, 'root'), { 'in/f': '1', out: '→ ../outside', up: '→ ..' })
  writeFileSync(join(folder, 'outside'), 'secret')
  mkdirSync(join(folder, 'root2'))
  writeFileSync(join(folder, 'root2/f'), 'secret')
  const { process } = await scene(t, { root })
  const file = async (path: string) => (await process({ type: 'FileInput/v1', path })).location
  for (const path of ['in/f', './in/../in/f', join(root, 'in/f')]) await file(path)
  for (const path of ['../outside', 'out', 'up/outside', join(folder, 'outside'), '../root2/f', '/etc/passwd'])
    await assert.rejects(file(path), { status: 403 }, path)
  await assert.rejects(process({ type: 'DirectoryInput/v1', path: 'up' }), { status: 403 })
})

test('a file that became another one since it was listed is not read', async (t) => {
  const folder = plant(tempFolder(t), { a: '12345', b: '67890' })
  const read = async (name: string, known?: string) =>
    Buffer.concat(
      await Array.fromAsync(readFileBytes(join(folder, name), known ? lstatSync(join(folder, known)) : undefined)),
    )
  assert.equal((await read('a', 'a')).toString(), '12345')
  await assert.rejects(read('a', 'b'), { status: 409, message: /changed while it was read$/ })
  const before = lstatSync(join(folder, 'a'))
  writeFileSync(join(folder, 'a'), '123456')
  await assert.rejects(Array.fromAsync(readFileBytes(join(folder, 'a'), before)), { status: 409 })
  symlinkSync('b', join(folder, 'c'))
  await assert.rejects(read('c', 'b'), { code: 'ELOOP' })
})
