// Whatever a proof rests on, once it is changed a shim goes to octo. A stand-in for octo says that it was called, so that only the
// shim decides what is seen here.
import assert from 'node:assert/strict'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Memo } from '../../../client/store/identity.ts'
import { layoutOf } from '../../../client/store/layout.ts'
import { readOwnRecord } from '../../../client/store/own-record.ts'
import { writeOwnRecord } from '../../../client/store/write-own-record.ts'
import { triedOf } from '../../support/machine/full-form.ts'
import { noLastingFolder } from '../../support/machine/lasting-folder.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { aLinkScene, anArchivePlugin, aStandIn, saidBy } from '../../support/operator/linked-plugins.ts'

const skip = process.platform === 'linux' ? noLastingFolder : 'plugins are linked on Linux only'

type Places = {
  readonly tree: string
  readonly configPath: string
  readonly lockPath: string
  readonly standIn: string
  readonly store: string
  readonly home: string
}

/** As somebody would who wants it to go unseen: owner, mode, size and time of change as before. */
function changeByte(path: string): void {
  const before = lstatSync(path)
  const bytes = readFileSync(path)
  chmodSync(path, 0o755)
  writeFileSync(path, Buffer.from(bytes.map((byte, at) => (at === bytes.length - 2 ? byte ^ 1 : byte))))
  chmodSync(path, before.mode & 0o7777)
  utimesSync(path, before.atime, before.mtime)
}

function insideOf(folder: string, act: () => void): void {
  const before = lstatSync(folder)
  chmodSync(folder, 0o755)
  act()
  chmodSync(folder, before.mode & 0o7777)
  utimesSync(folder, before.atime, before.mtime)
}

/** The same bytes under the same name, in another file. */
function copyInPlace(path: string): void {
  insideOf(dirname(path), () => {
    cpSync(path, `${path}.copy`, { preserveTimestamps: true, recursive: true })
    rmSync(path, { recursive: true, force: true })
    renameSync(`${path}.copy`, path)
  })
}

const CHANGES: Readonly<Record<string, (places: Places) => void>> = {
  'one byte of the program': ({ tree }) => changeByte(join(tree, 'bin/says')),
  'one byte of another file': ({ tree }) => changeByte(join(tree, 'share/1/8')),
  'a file that is replaced by its copy': ({ tree }) => copyInPlace(join(tree, 'share/1/8')),
  'a file that is added': ({ tree }) => insideOf(tree, () => writeFileSync(join(tree, 'added.so'), '')),
  'a file that is added further down': ({ tree }) =>
    insideOf(join(tree, 'share/3'), () => writeFileSync(join(tree, 'share/3/added'), '')),
  'a file that is taken away': ({ tree }) => insideOf(join(tree, 'share/1'), () => unlinkSync(join(tree, 'share/1/8'))),
  'a link in place of a file': ({ tree }) =>
    insideOf(join(tree, 'share/1'), () => {
      renameSync(join(tree, 'share/1/8'), join(tree, 'share/1/real'))
      symlinkSync('real', join(tree, 'share/1/8'))
    }),
  'a file that others may write': ({ tree }) => chmodSync(join(tree, 'share/1/8'), 0o664),
  'the folder of the plugin, open to a group': ({ tree }) => chmodSync(tree, 0o775),
  'a folder above it, open to a group': ({ store }) => chmodSync(join(store, 'v1/trees'), 0o770),
  'the store, open to all': ({ store }) => chmodSync(store, 0o777),
  'the folder of the store, open to all': ({ home }) => chmodSync(home, 0o757),
  'a folder above it, replaced': ({ store }) => {
    renameSync(join(store, 'v1/trees'), join(store, 'v1/before'))
    mkdirSync(join(store, 'v1/trees'), { mode: 0o700 })
    renameSync(join(store, 'v1/before/sha256'), join(store, 'v1/trees/sha256'))
  },
  'the store, moved': ({ store }) => renameSync(store, `${store}-moved`),
  'the store, moved, and a link to it in its place': ({ store }) => {
    renameSync(store, `${store}-moved`)
    symlinkSync(`${store}-moved`, store)
  },
  'the config, touched': ({ configPath }) => utimesSync(configPath, 1, 1),
  'the config, gone': ({ configPath }) => rmSync(configPath),
  'the config, saved anew by an editor': ({ configPath }) => copyInPlace(configPath),
  'the lockfile, touched': ({ lockPath }) => utimesSync(lockPath, 1, 1),
  'the lockfile, gone': ({ lockPath }) => rmSync(lockPath),
  'the launcher of octo, replaced': ({ standIn }) => writeFileSync(standIn, `${readFileSync(standIn, 'utf8')}\n`),
  'the version of octo, changed': ({ standIn }) =>
    writeFileSync(join(standIn, '../../package.json'), '{"version":"9"}'),
  'the bundle of octo, replaced': ({ standIn }) => writeFileSync(join(standIn, '../../dist/octo.cjs'), 'other'),
  'a further bundle of octo': ({ standIn }) => writeFileSync(join(standIn, '../../dist/warm.cjs'), ''),
  'a bundle of octo, gone': ({ standIn }) => rmSync(join(standIn, '../../dist/octo.cjs')),
}

/** One for each file and folder that a shim asks about. */
const EACH_PLACE = [
  'one byte of the program',
  'one byte of another file',
  'a file that is added',
  'a file that is added further down',
  'the folder of the plugin, open to a group',
  'the folder of the store, open to all',
  'a folder above it, replaced',
  'the store, moved, and a link to it in its place',
  'the config, touched',
  'the lockfile, gone',
  'the launcher of octo, replaced',
  'the version of octo, changed',
  'the bundle of octo, replaced',
  'a further bundle of octo',
]
for (const [what, change] of triedOf(Object.entries(CHANGES), EACH_PLACE))
  test(`a shim goes to octo after a change: ${what}`, { skip }, async (t) => {
    const scene = await aLinkScene(t, [anArchivePlugin(12)])
    const standIn = aStandIn(tempFolder(t))
    const { code, stderr } = await scene.octoStartedBy(standIn, 'link', 'archive', '--to', scene.bin)
    assert.equal(code, 0, stderr)
    const first = await saidBy([scene.shim('archive'), 'x'], {})
    assert.equal(first.code, 7)
    change({ ...scene, standIn, tree: dirname(dirname(first.words[0] ?? '')) })
    const { words, code: ended } = await saidBy([scene.shim('archive'), 'x', '-y'], {})
    assert.equal(ended, 99)
    assert.deepEqual(words, [
      ...['octo was called', 'run', '--relink', scene.shim('archive'), '--config', scene.configPath],
      ...['archive', '--', 'x', '-y'],
    ])
  })

/** How a folder of libraries was when the plugin was linked, and what became of it. */
const LIBRARIES: readonly (readonly [string, (lib: string) => void, (lib: string) => void, 'octo' | 'plugin'])[] = [
  ['opened to all', mkdirSync, (lib) => chmodSync(lib, 0o777), 'octo'],
  ['opened to a group', mkdirSync, (lib) => chmodSync(lib, 0o775), 'octo'],
  ['in a folder opened to all', mkdirSync, (lib) => chmodSync(dirname(lib), 0o777), 'octo'],
  ['replaced', mkdirSync, replaceFolder, 'octo'],
  ['made where there was none', () => {}, mkdirSync, 'octo'],
  ['a link where there was none', () => {}, (lib) => symlinkSync('/tmp', lib), 'octo'],
  ['taken away', mkdirSync, (lib) => rmSync(lib, { recursive: true }), 'octo'],
  ['filled by its owner', mkdirSync, (lib) => writeFileSync(join(lib, 'libx.so'), ''), 'plugin'],
  ['never there', () => {}, () => {}, 'plugin'],
]
const EACH_STATE = [
  'opened to a group',
  'in a folder opened to all',
  'replaced',
  'made where there was none',
  'filled by its owner',
]
for (const [what, arrange, change, next] of triedOf(LIBRARIES, EACH_STATE))
  test(`a folder that a program loads libraries from, ${what}, leads to ${next}`, { skip }, async (t) => {
    const lib = join(tempFolder(t), 'x', 'lib')
    mkdirSync(dirname(lib))
    arrange(lib)
    const scene = await aLinkScene(t, [anArchivePlugin(3)])
    const standIn = aStandIn(tempFolder(t))
    const link = () => scene.octoStartedBy(standIn, 'link', 'archive', '--to', scene.bin)
    assert.equal((await link()).code, 0)
    lookIn(scene.store, lib)
    const { code, stderr } = await link()
    assert.equal(code, 0, stderr)
    assert.ok(scene.textOf('archive').includes(` ${lib} `))
    assert.equal((await saidBy([scene.shim('archive')], {})).code, 7)
    change(lib)
    assert.equal((await saidBy([scene.shim('archive')], {})).code, next === 'octo' ? 99 : 7)
  })

function replaceFolder(path: string): void {
  renameSync(path, `${path}-before`)
  mkdirSync(path)
}

/** As if the programs had been linked with this folder, which must be none that its name gives away. */
function lookIn(store: string, place: string): void {
  const layout = layoutOf(store)
  for (const name of readdirSync(layout.memos)) {
    const path = join(layout.memos, name)
    const { entries } = readOwnRecord(path) as Memo
    const changed = entries.map((entry) => (entry[2] === undefined ? entry : [...entry, [place]]))
    assert.ok(writeOwnRecord(layout, path, { entries: changed }))
  }
}
