// An edit of a lockfile: what stays, what goes, and that a lockfile that could not be written is never taken for one that was.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { editLock, nameOf, readLock } from '../../../client/lockfile/file.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import type { LockedPlugin } from '../../../schemas/lockfile.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

function anEntry(full: string, version = '1.0.0'): LockedPlugin {
  const [repo, plugin] = full.split('/') as [Name, Name]
  return {
    ...{ repo, registryRepo: repo, plugin, url: `https://plugins.example/repos/${repo}.yaml`, ranges: [], serial: 1 },
    ...{ version: version as Version, signer: digestOf('key'), platforms: {} },
  }
}

function aPlace(t: TestContext) {
  const folder = tempFolder(t)
  const layout = layoutOf(join(folder, 'store'))
  mkdirSync(layout.locks, { recursive: true })
  const path = join(folder, 'octo.lock')
  const edit = (names: readonly string[], keepOnly?: readonly string[]) =>
    editLock(layout, path, {
      set: names.map((name) => anEntry(name)),
      ...(keepOnly ? { keepOnly: new Set(keepOnly) } : {}),
    })
  return { folder, layout, path, edit }
}

const EDITS: readonly (readonly [
  what: string,
  set: readonly string[],
  keep: readonly string[] | undefined,
  left: readonly string[],
])[] = [
  ['a new name joins the others', ['core/more'], undefined, ['core/hello', 'core/more', 'core/tool']],
  ['a name from another repo takes the place of the old one', ['other/hello'], undefined, ['core/tool', 'other/hello']],
  ['names that are not kept go', ['core/more'], ['core/tool', 'core/more'], ['core/more', 'core/tool']],
  ['nothing is kept where nothing is asked for', [], [], []],
]
for (const [what, set, keep, left] of EDITS)
  test(`of a lockfile with core/hello and core/tool, ${what}`, async (t) => {
    const { path, edit } = aPlace(t)
    await edit(['core/hello', 'core/tool'])
    const { plugins } = await edit(set, keep)
    assert.deepEqual(Object.keys(plugins).sort(), left)
    assert.deepEqual(readLock(path)?.plugins, plugins)
    assert.ok(Object.entries(plugins).every(([name, entry]) => nameOf(entry) === name))
  })

test('a lockfile that would be too large to be read again is not written', async (t) => {
  const { layout, path, edit } = aPlace(t)
  await edit(['core/hello'])
  const large = { ...anEntry('core/tool'), url: `https://plugins.example/${'x'.repeat(LIMITS.lockfileBytes)}.yaml` }
  const { message } = await expectCodeAsync('LIMIT_EXCEEDED', () => editLock(layout, path, { set: [large] }))
  assert.match(message, /would be too large/)
  assert.deepEqual(Object.keys(readLock(path)?.plugins ?? {}), ['core/hello'])
})

test('an edit that changes nothing writes nothing', async (t) => {
  const { path, edit } = aPlace(t)
  await edit(['core/hello'])
  const { ino } = statSync(path)
  await edit(['core/hello'])
  await edit([])
  assert.equal(statSync(path).ino, ino)
})

test('a lockfile that cannot be written is told, and nothing is left of it', async (t) => {
  const { folder, layout } = aPlace(t)
  writeFileSync(join(folder, 'file'), '')
  for (const [name, reason] of [
    ['missing', 'ENOENT'],
    ['file', 'ENOTDIR'],
  ] as const) {
    const path = join(folder, name, 'octo.lock')
    const error = await expectCodeAsync('IO_FAILED', () => editLock(layout, path, { set: [anEntry('core/hello')] }))
    assert.deepEqual(error.details, { path, reason })
  }
  assert.deepEqual(readdirSync(folder).sort(), ['file', 'store'])
})

test('a lockfile that cannot be read says how to go on', (t) => {
  const path = join(tempFolder(t), 'octo.lock')
  for (const text of [
    '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> other\n',
    '{"format":',
    '',
    '{"format":"octo.lock/v1"}\n',
  ]) {
    writeFileSync(path, text)
    const error = expectCode(text.endsWith('"}\n') ? 'FORMAT_INVALID' : 'JSON_INVALID', () => readLock(path))
    assert.match(error.hint ?? '', /restore it .* delete it and run `octo lock`/)
  }
})

test('a folder that may not be written says what to do instead', {
  skip: process.getuid?.() === 0 && 'root may write everywhere',
}, async (t) => {
  const { folder, edit } = aPlace(t)
  chmodSync(folder, 0o555)
  const error = await expectCodeAsync('IO_FAILED', () => edit(['core/hello'])).finally(() => chmodSync(folder, 0o755))
  assert.match(error.hint ?? '', /--lock FILE/)
})
